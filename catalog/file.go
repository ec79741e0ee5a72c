package catalog

import "github.com/axle-cd/axle/document"

// File is catalog.yaml.
type File struct {
	Schema     int                      `yaml:"schema"`
	Hub        Hubs                     `yaml:"hub"`
	Portfolios map[string]PortfolioFile `yaml:"portfolios"`
	Spokes     []SpokeFile              `yaml:"spokes"`
	Enforced   map[string]Enforced      `yaml:"enforced"`
}

type (
	// Hubs is the hub account. A region's bucket is <bucket>-<account>-<region>; it must exist.
	Hubs struct {
		Account document.AccountID `yaml:"account"`
		Regions []string           `yaml:"regions"`
		Role    string             `yaml:"role"`
		Bucket  string             `yaml:"bucket"`
	}
	PortfolioFile struct {
		DisplayName  string            `yaml:"display_name"`
		ProviderName string            `yaml:"provider_name"`
		Description  string            `yaml:"description"`
		Mode         string            `yaml:"mode"` // reference (default), import, copy
		Tags         map[string]string `yaml:"tags"`
		Principals   []PrincipalFile   `yaml:"principals"`
		Shares       []ShareFile       `yaml:"shares"`
	}
	PrincipalFile struct {
		Type                    string `yaml:"type"`
		ARN                     string `yaml:"arn"`
		AcceptPrincipalNameRisk bool   `yaml:"accept_principal_name_risk"`
	}
	// ShareFile names one of organization, organizational_unit, account.
	ShareFile struct {
		Organization       string             `yaml:"organization"`
		OrganizationalUnit string             `yaml:"organizational_unit"`
		Account            document.AccountID `yaml:"account"`
		TagOptions         bool               `yaml:"tag_options"`
		Principals         bool               `yaml:"principals"`
	}
	// SpokeFile names an account, or an organizational unit and whom to leave out of it.
	SpokeFile struct {
		Account            document.AccountID `yaml:"account"`
		OrganizationalUnit string             `yaml:"organizational_unit"`
		Name               string             `yaml:"name"`
		Role               string             `yaml:"role"` // the end-user role axle verifies with; default CatalogBuilder
		Regions            []string           `yaml:"regions"`
		Tags               []string           `yaml:"tags"`
		Exclude            *Exclude           `yaml:"exclude"`
	}
	Exclude struct {
		Accounts []document.AccountID `yaml:"accounts"`
	}
	Enforced struct {
		Product    string            `yaml:"product"`
		Version    string            `yaml:"version"`
		Spokes     *SpokeSelector    `yaml:"spokes"`
		Parameters map[string]string `yaml:"parameters"`
		DependsOn  []string          `yaml:"depends_on"`
	}
	SpokeSelector struct {
		All                 bool                 `yaml:"all"`
		Tags                []string             `yaml:"tags"`
		Accounts            []document.AccountID `yaml:"accounts"`
		OrganizationalUnits []string             `yaml:"organizational_units"`
	}
)
