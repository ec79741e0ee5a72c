package catalog

import (
	"cmp"
	"slices"
	"time"
)

// Record is what AWS lists of something that was done to a provisioned product, or tried.
type Record struct {
	ID                string
	Provisioned, Name string // the provisioned product's id and name
	Product, Artifact string // ids
	Type, Status      string // AWS's
	Created, Updated  time.Time
}

// Touched is the last thing that was done to a provisioned product of the reading, or tried. Not ok is
// that AWS lists nothing of it.
func (r Reading) Touched(provisioned string) (last Record, ok bool) {
	for _, rec := range r.Past {
		if rec.Provisioned == provisioned && (!ok || rec.Created.After(last.Created)) {
			last, ok = rec, true
		}
	}
	return last, ok
}

// Ran is a provisioned product as it was at an instant, by AWS's records; or a spoke of which nothing
// can be said, and why.
type Ran struct {
	Account       string    `json:"account"`
	Name          string    `json:"name"`
	Region        string    `json:"region"`
	Product       string    `json:"product,omitempty"`
	ProductID     string    `json:"product_id,omitempty"`
	Provisioned   string    `json:"provisioned_product,omitempty"`
	ProvisionedID string    `json:"provisioned_product_id,omitempty"`
	Version       string    `json:"version,omitempty"`
	VersionID     string    `json:"version_id,omitempty"`
	State         string    `json:"state"`          // AVAILABLE, TAINTED, ERROR, UNDER_CHANGE; unknown
	Since         time.Time `json:"since,omitzero"` // the record that says so
	Why           string    `json:"why,omitempty"`

	gone bool
}

// Ran is what the spokes ran at an instant, by their Past: in the order of the readings, then of
// product and name. What is there now and was made before has a row also where no record tells of
// it; what is gone and of which AWS lists nothing more has none.
func (f Fleet) Ran(readings []Reading, at time.Time) []Ran {
	all := []Ran{}
	for _, r := range readings {
		head := Ran{Account: r.Spoke.Account, Name: r.Spoke.Name, Region: r.Spoke.Region, State: Unknown}
		switch {
		case !r.Spoke.Active():
			head.Why = r.Spoke.Why
		case r.Err != nil:
			head.Why = r.Err.Error()
		default:
			all = append(all, f.ran(head, r, at)...)
			continue
		}
		all = append(all, head)
	}
	return all
}

func (f Fleet) ran(head Ran, r Reading, at time.Time) []Ran {
	byID := map[string]*Ran{}
	past := slices.Clone(r.Past)
	slices.SortStableFunc(past, func(a, b Record) int { return a.Created.Compare(b.Created) })
	for _, rec := range past {
		if rec.Created.After(at) {
			break
		}
		row, seen := byID[rec.Provisioned]
		if !seen {
			made := head
			made.Provisioned, made.ProvisionedID, made.ProductID = rec.Name, rec.Provisioned, rec.Product
			row = &made
			byID[rec.Provisioned] = row
		}
		rec.onto(row, at)
	}
	for _, l := range r.Launched {
		if byID[l.ID] == nil && !l.Created.After(at) {
			row := head
			row.Provisioned, row.ProvisionedID, row.ProductID = l.Name, l.ID, l.Product
			row.Why = "AWS lists no record of it up to then: which version it had is not known"
			byID[l.ID] = &row
		}
	}
	var all []Ran
	for _, id := range sortedKeys(byID) {
		if row := byID[id]; !row.gone {
			row.Product, row.Version = f.product(*row, r), f.version(*row, r)
			all = append(all, *row)
		}
	}
	slices.SortStableFunc(all, func(a, b Ran) int { return order(a.Product, b.Product, a.Provisioned, b.Provisioned) })
	return all
}

// onto is what the record changed by an instant. That an update failed leaves the version that was.
func (rec Record) onto(row *Ran, at time.Time) {
	row.Since, row.Why, row.gone = rec.Created, "", false
	ended := !rec.Updated.After(at) && (rec.Status == "SUCCEEDED" || rec.Status == "FAILED")
	failed := rec.Status == "FAILED"
	if ended {
		row.Since = rec.Updated
	}
	launching := rec.Type == "PROVISION_PRODUCT"
	if launching || rec.Type == "UPDATE_PROVISIONED_PRODUCT" && ended && !failed {
		row.VersionID, row.ProductID = rec.Artifact, rec.Product
	}
	switch {
	case !ended:
		row.State = "UNDER_CHANGE"
	case rec.Type == "TERMINATE_PROVISIONED_PRODUCT" && !failed:
		row.gone = true
	case failed && launching:
		row.State = "ERROR"
	case failed:
		row.State = "TAINTED"
	default:
		row.State = "AVAILABLE"
	}
	if row.VersionID == "" {
		row.Why = "AWS lists no record of its launch: which version it had is not known"
	}
}

// product is the name of a row's product: git's, else AWS's of what runs now, else its id.
func (f Fleet) product(row Ran, r Reading) string {
	name := ""
	for _, p := range f.Have.Products {
		if p.ID == row.ProductID && p.Region == row.Region {
			name = p.Key
		}
	}
	for _, l := range r.Launched {
		if l.Product == row.ProductID {
			name = cmp.Or(name, l.ProductName)
		}
	}
	return cmp.Or(name, row.ProductID)
}

// version is the name of a row's version, or its id: one that was deleted has no name any more.
func (f Fleet) version(row Ran, r Reading) string {
	for _, p := range f.Have.Products {
		for _, v := range p.Versions {
			if v.ID != "" && v.ID == row.VersionID {
				return v.Name
			}
		}
	}
	for _, l := range r.Launched {
		if l.VersionID != "" && l.VersionID == row.VersionID {
			return l.Version
		}
	}
	return row.VersionID
}
