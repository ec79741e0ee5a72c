package market

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
)

// automated is a file of private-marketplace-automation: Experience_<name>#<version>.json.
type automated struct {
	Name                                        string
	AllowProducts, DenyProducts                 []string
	AssociatePrincipals, DisassociatePrincipals []string
	Status, PolicyResourceRequests              string
}

// FromAutomation reads the files of private-marketplace-automation for one experience, in the order
// of their versions: each adds to what those before it made, since nothing leaves a policy by it.
// status is its STATUS_ file, which alone says which experience it is; nil: there is none.
func FromAutomation(files [][]byte, status []byte) (name string, got Imported, err error) {
	effect, audience := map[string]Effect{}, map[string]bool{}
	for _, data := range files {
		var f automated
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields() // a list with a slip in its name is no empty list
		err := dec.Decode(&f)
		if err == nil && dec.More() {
			err = errors.New("more than one document")
		}
		if err != nil {
			return "", got, document.Fail("AXLE1190", "a file of the folder is not what private-marketplace-automation takes", "", err)
		}
		if f.Name != "" {
			name = f.Name
		}
		if err := f.products(effect); err != nil {
			return "", got, err
		}
		if err := got.settle(f, audience); err != nil {
			return "", got, err
		}
	}
	if got.Settings != nil {
		got.Settings.Audience = slices.Sorted(maps.Keys(audience))
	}
	for _, id := range slices.Sorted(maps.Keys(effect)) {
		p := Product{ID: id, Reason: "imported"}
		if effect[id] == Allow {
			got.Allow = append(got.Allow, p)
		} else {
			got.Deny = append(got.Deny, p)
		}
	}
	return name, got, got.identify(status)
}

// products adds what a file allows and denies. One that it does both to AWS has refused whole.
func (f automated) products(effect map[string]Effect) error {
	here := map[string]Effect{}
	for _, x := range []struct {
		ids []string
		is  Effect
	}{{f.AllowProducts, Allow}, {f.DenyProducts, Deny}} {
		for _, id := range x.ids {
			if id = strings.TrimSpace(id); !plain(id) || id == "" {
				return document.Fail("AXLE1190", fmt.Sprintf("%q is not a product's id", id), "letters, digits, - . _ and : alone", nil)
			}
			if was, there := here[id]; there && was != x.is {
				return document.Fail("AXLE2830", "a file both allows and denies "+id, "AWS takes no such file: take it out of one of the lists", nil)
			}
			here[id], effect[id] = x.is, x.is
		}
	}
	return nil
}

// settle adds what a file says besides products.
func (i *Imported) settle(f automated, audience map[string]bool) error {
	if i.Settings == nil && (f.Status != "" || f.PolicyResourceRequests != "" || len(f.AssociatePrincipals)+len(f.DisassociatePrincipals) > 0) {
		i.Settings = &Settings{}
	}
	for _, x := range []struct {
		said string
		to   func(string)
		of   map[string]string
	}{
		{f.Status, func(s string) { i.Settings.Status = s }, map[string]string{"Enabled": "enabled", "Disabled": "disabled"}},
		{f.PolicyResourceRequests, func(s string) { i.Settings.UserRequests = s }, map[string]string{"Allow": "allow", "Deny": "deny"}},
	} {
		if x.said == "" {
			continue
		}
		word, known := x.of[x.said]
		if !known {
			return document.Fail("AXLE1190", fmt.Sprintf("a file of the folder has the value %q", x.said), "Status is Enabled or Disabled, PolicyResourceRequests Allow or Deny", nil)
		}
		x.to(word)
	}
	for _, id := range f.AssociatePrincipals {
		audience[id] = true
	}
	for _, id := range f.DisassociatePrincipals {
		delete(audience, id)
	}
	for id := range audience {
		if !principal(id) {
			return document.Fail("AXLE1190", fmt.Sprintf("%q is no account, unit or organization", id), "12 digits, ou-… or o-…", nil)
		}
	}
	return nil
}

// identify takes the experience's id from its STATUS_ file, and tells how its last change ended.
func (i *Imported) identify(status []byte) error {
	if status == nil {
		i.Notes = append(i.Notes, "no STATUS_ file says which experience it is: write its id into the entry, or apply makes another")
		return nil
	}
	var s struct {
		ID    string `json:"Experience Id"`
		State string `json:"ChangeSetStatus"`
		Error string `json:"Error Message"`
	}
	if err := json.Unmarshal(status, &s); err != nil {
		return document.Fail("AXLE1190", "a STATUS_ file of the folder is not JSON", "", err)
	}
	if i.ID = s.ID; s.ID == "" {
		i.Notes = append(i.Notes, "its STATUS_ file has no Experience Id: it was never made, or write the id into the entry")
	} else if !strings.HasPrefix(s.ID, "exp-") || !plain(s.ID) {
		return document.Fail("AXLE1190", fmt.Sprintf("%q is not the id of an experience", s.ID), "it begins with exp-", nil)
	}
	if s.State != "Successful" {
		i.Notes = append(i.Notes, strings.TrimSuffix(fmt.Sprintf("its last file was not applied (%s): %s", s.State, s.Error), ": ")+"; a plan shows what differs")
	}
	return nil
}
