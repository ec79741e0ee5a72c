package catalog

import "github.com/axle-cd/axle/document"

// File is catalog.yaml. A field's check tag says what it takes (document.Doc.Decode); limits
// are those of the Service Catalog API.
type File struct {
	Doc *document.Doc `yaml:"-" json:"-"` // where each key stands

	Schema     int                      `yaml:"schema" check:"required,only=1"`
	Hub        Hubs                     `yaml:"hub" check:"required"`
	Portfolios map[string]PortfolioFile `yaml:"portfolios" check:"keys=portfolio"`
	Spokes     []SpokeFile              `yaml:"spokes"`
	Enforced   map[string]Enforced      `yaml:"enforced" check:"keys=enforced"`
}

type (
	// Hubs is the hub account. A region's bucket is <bucket>-<account>-<region>; it must exist.
	Hubs struct {
		Account document.AccountID `yaml:"account" check:"required"`
		Regions []string           `yaml:"regions" check:"required,region,unique"`
		Role    string             `yaml:"role" check:"required,role"`
		Bucket  string             `yaml:"bucket" check:"required"`
	}
	PortfolioFile struct {
		DisplayName  string            `yaml:"display_name" check:"required,max=100"`
		ProviderName string            `yaml:"provider_name" check:"required,max=50"`
		Description  string            `yaml:"description" check:"max=2000"`
		Mode         string            `yaml:"mode" check:"enum=reference|import|copy"` // default the first
		Tags         map[string]string `yaml:"tags" check:"tags"`
		Principals   []PrincipalFile   `yaml:"principals" check:"most=100"`
		Shares       []ShareFile       `yaml:"shares"`
	}
	PrincipalFile struct {
		Type                    string `yaml:"type" check:"required,enum=IAM|IAM_PATTERN"`
		ARN                     string `yaml:"arn" check:"required,max=1000,arn=iam"`
		AcceptPrincipalNameRisk bool   `yaml:"accept_principal_name_risk"`
	}
	// ShareFile names one of organization, organizational_unit, account.
	ShareFile struct {
		Organization       string             `yaml:"organization" check:"org"`
		OrganizationalUnit string             `yaml:"organizational_unit" check:"ou"`
		Account            document.AccountID `yaml:"account"`
		TagOptions         bool               `yaml:"tag_options"`
		Principals         bool               `yaml:"principals"`
	}
	// SpokeFile names an account, or an organizational unit and whom to leave out of it.
	SpokeFile struct {
		Account            document.AccountID `yaml:"account"`
		OrganizationalUnit string             `yaml:"organizational_unit" check:"ou"`
		Name               string             `yaml:"name" check:"name=spoke"`
		Role               string             `yaml:"role" check:"role"` // the end-user role axle verifies with; default CatalogBuilder
		Regions            []string           `yaml:"regions" check:"least=1,region,unique"`
		Tags               []string           `yaml:"tags" check:"least=1,unique"`
		Exclude            *Exclude           `yaml:"exclude"`
		Forced             *ForcedFile        `yaml:"forced"`
		Concurrent         *ConcurrentFile    `yaml:"concurrent"`
	}
	Exclude struct {
		Accounts []document.AccountID `yaml:"accounts" check:"required,unique"`
	}
	Enforced struct {
		Product    string            `yaml:"product" check:"name=product,required"`
		Version    string            `yaml:"version,scalar" check:"required"` // a range: >=2.1 <3
		Spokes     *SpokeSelector    `yaml:"spokes" check:"required"`
		Parameters map[string]string `yaml:"parameters,scalar" check:"keys=parameter"`
		DependsOn  []string          `yaml:"depends_on" check:"unique"`            // other entries of enforced
		Role       string            `yaml:"role" check:"role"`                    // whom it is launched as; default the spoke's
		Name       string            `yaml:"name" check:"max=128"`                 // of the provisioned product; default axle-<entry>
		State      string            `yaml:"state" check:"enum=active|terminated"` // default the first
	}
	// SpokeSelector is one of its keys.
	SpokeSelector struct {
		All                 bool                 `yaml:"all" check:"only=true"`
		Tags                []string             `yaml:"tags" check:"least=1,unique"`
		Accounts            []document.AccountID `yaml:"accounts" check:"least=1,unique"`
		OrganizationalUnits []string             `yaml:"organizational_units" check:"least=1,ou,unique"`
	}
)
