package marketplaceagreement

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/marketplaceagreement/types"

	"github.com/axle-cd/axle/sandbox/wire"
)

// wanted are a search's filters.
type wanted struct {
	party         string
	values        map[string][]string
	before, after time.Time
}

// subjects are the filters of which a search has one at most.
var subjects = []string{"ResourceIdentifier", "ResourceType", "OfferId", "OfferSetId", "AcceptorAccountId"}

const maxFilters = 10

// read takes the filters of a search: PartyType and AgreementType, one that says what it is of, a
// status, and when agreements end. Others, and other combinations, are refused as AWS does.
func read(filters []types.Filter) (wanted, error) {
	w := wanted{values: map[string][]string{}}
	if len(filters) > maxFilters {
		return w, invalid("filters has at most %d filters.", maxFilters)
	}
	for _, f := range filters {
		name := aws.ToString(f.Name)
		if w.values[name] != nil || len(f.Values) == 0 {
			return w, invalid("The filter %s comes once, with a value.", name)
		}
		w.values[name] = f.Values
		if err := w.take(name, f.Values); err != nil {
			return w, err
		}
	}
	switch {
	case w.party == "":
		return w, invalid("The filter PartyType must be Acceptor or Proposer.")
	case !slices.Equal(w.values["AgreementType"], []string{purchase}):
		return w, invalid("The filter AgreementType must be %s: the sandbox has no other.", purchase)
	}
	given := slices.DeleteFunc(slices.Clone(subjects), func(name string) bool { return w.values[name] == nil })
	if len(given) > 1 {
		return w, invalid("The filters %s are not supported together.", strings.Join(given, ", "))
	}
	return w, nil
}

// take reads a filter that is more than a list of values, and refuses one that is not there.
func (w *wanted) take(name string, values []string) (err error) {
	switch {
	case name == "PartyType" && (values[0] == "Acceptor" || values[0] == "Proposer"):
		w.party = values[0]
	case name == "BeforeEndTime":
		w.before, err = moment(name, values[0])
	case name == "AfterEndTime":
		w.after, err = moment(name, values[0])
	case name == "Status":
		for _, v := range values {
			if !slices.Contains(types.AgreementStatus("").Values(), types.AgreementStatus(v)) {
				return invalid("%q is not a status of an agreement.", v)
			}
		}
	case name == "PartyType", name != "AgreementType" && !slices.Contains(subjects, name):
		return invalid("The filter %s is not one that the sandbox has.", name)
	}
	return err
}

func moment(name, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, invalid("The filter %s takes a time as 2006-01-02T15:04:05Z.", name)
	}
	return at, nil
}

func (w wanted) fits(a Agreement, now time.Time) bool {
	for name, have := range map[string]string{
		"Status": string(a.status(now)), "ResourceIdentifier": a.Product, "ResourceType": a.ProductType,
		"OfferId": a.Offer, "OfferSetId": a.OfferSet, "AcceptorAccountId": a.Acceptor,
	} {
		if want := w.values[name]; want != nil && !slices.Contains(want, have) {
			return false
		}
	}
	return (w.before.IsZero() || !a.Ends.IsZero() && a.Ends.Before(w.before)) && (w.after.IsZero() || !a.Ends.IsZero() && a.Ends.After(w.after))
}

// mark binds a token to the search that it is of.
func (w wanted) mark(account string, descending bool) string {
	asked, _ := json.Marshal([]any{account, w.values, descending}) // texts always marshal
	sum := wire.Checksum("sha256", asked)
	return strings.Map(func(r rune) rune {
		if r == '+' || r == '/' || r == '=' {
			return '-'
		}
		return r
	}, sum[:16])
}
