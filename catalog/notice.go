package catalog

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"github.com/axle-cd/axle/products"
)

// Events that somebody is told of.
const (
	VersionPublished  = "version.published"
	VersionDeprecated = "version.deprecated"
	UpdateAvailable   = "update.available"
)

// News is what those are told who run a product, or look after it.
type News struct {
	Event         string `json:"-"`
	Product       string `json:"product"`
	Version       string `json:"version"`            // which was published, is deprecated, or runs
	Newest        string `json:"newest,omitempty"`   // that may be run instead
	Severity      string `json:"severity"`           // security, or normal
	Changes       string `json:"changes,omitempty"`  // the headline of product.yaml's changes
	Reason        string `json:"reason,omitempty"`   // why it is deprecated
	Deadline      string `json:"deadline,omitempty"` // until when the version may run
	Account       string `json:"account,omitempty"`  // of the provisioned product
	Region        string `json:"region,omitempty"`   //
	Provisioned   string `json:"provisioned_product,omitempty"`
	ProvisionedID string `json:"provisioned_product_id,omitempty"`
	Owner         string `json:"owner,omitempty"` // the ARN of who launched it
}

// Notice is news for one topic: a CloudEvent 1.0 in structured JSON. Its ID is the same for the
// same news to the same topic, whoever sends it and when.
type Notice struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Subject     string    `json:"subject"`
	Time        time.Time `json:"time"`
	ContentType string    `json:"datacontenttype"`
	Data        News      `json:"data"`
}

// Notice is the news as a topic gets it from a pipeline.
func (n News) Notice(pipeline, topic string, at time.Time) Notice {
	sum := sha256.Sum256([]byte(strings.Join([]string{topic, n.Event, n.Product, cmp.Or(n.Newest, n.Version), n.Account, n.Region, n.ProvisionedID}, "\n")))
	return Notice{SpecVersion: "1.0", ID: hex.EncodeToString(sum[:16]), Source: "/pipelines/" + pipeline, Type: "dev.axle." + n.Event + ".v1",
		Subject: cmp.Or(n.ProvisionedID, n.Product), Time: at.UTC(), ContentType: "application/json", Data: n}
}

// Publication is the news that product.yaml's version is published; a version that the file itself
// deprecates or retires is none.
func Publication(p *products.File) []News {
	if slices.Contains(p.Lifecycle.Retired, p.Version) || deprecation(p, p.Version) != nil {
		return nil
	}
	return []News{{Event: VersionPublished, Product: p.Name, Version: p.Version, Severity: severity(p), Changes: headline(p.Changes)}}
}

// Deprecations are the versions of a product that the hub has as deprecated, each once; on_deprecated
// of product.yaml may say that nobody is told.
func Deprecations(hub Catalog, p *products.File) (all []News) {
	if p.Lifecycle.OnDeprecated == "none" {
		return nil
	}
	seen := map[string]bool{}
	for _, has := range hub.Products {
		for _, v := range has.Versions {
			if has.Key != p.Name || seen[v.Name] || v.Digest == "" || !v.Active || v.Guidance != "DEPRECATED" {
				continue
			}
			seen[v.Name] = true
			n := News{Event: VersionDeprecated, Product: p.Name, Version: v.Name, Severity: "normal"}
			if d := deprecation(p, v.Name); d != nil {
				n.Newest, n.Reason, n.Deadline = d.Successor, d.Reason, d.Until
			}
			all = append(all, n)
		}
	}
	return all
}

// Updates is the news for each provisioned product of a fleet that runs an older version than it
// may. What product.yaml says of changes is said of its own version alone.
func Updates(rows []Row, p *products.File) (all []News) {
	for _, r := range rows {
		if r.Product != p.Name || !older(r.Version, r.Expected) {
			continue
		}
		n := News{Event: UpdateAvailable, Product: p.Name, Version: r.Version, Newest: r.Expected, Severity: "normal", Deadline: r.Deadline,
			Account: r.Account, Region: r.Region, Provisioned: r.Provisioned, ProvisionedID: r.ProvisionedID, Owner: r.Owner}
		if r.Expected == p.Version {
			n.Severity, n.Changes = severity(p), headline(p.Changes)
		}
		all = append(all, n)
	}
	return all
}

func deprecation(p *products.File, version string) *products.Deprecated {
	for i, d := range p.Lifecycle.Deprecated {
		if d.Version == version {
			return &p.Lifecycle.Deprecated[i]
		}
	}
	return nil
}

func older(version, than string) bool {
	a, err := semver.StrictNewVersion(version)
	b, notOne := semver.StrictNewVersion(than)
	return err == nil && notOne == nil && a.LessThan(b)
}

const securityWord = "security:"

// Mends says whether a text begins with Security: that is said of a version that mends a fault, or of
// one that has it.
func Mends(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(securityWord) && strings.EqualFold(text[:len(securityWord)], securityWord)
}

func severity(p *products.File) string {
	if Mends(p.Changes) {
		return "security"
	}
	return "normal"
}
