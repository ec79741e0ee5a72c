package marketplacecatalog

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/marketplacecatalog/types"

	"github.com/axle-cd/axle/sandbox/world"
)

// Kinds of change sets: where entities are. What is open is listed, and each experience names the
// set that holds it.
const (
	kindSet  = "mp-changeset" // by id
	kindOpen = "mp-open"      // by set
	kindLock = "mp-lock"      // by experience: the set's id
)

// changeSet is a request for changes. Until Settled its outcome is open.
type changeSet struct {
	ID, Name            string
	Rules               bool // the caller may change the private marketplace
	Start, Apply, End   time.Time
	Settled             bool
	Status, Failure     string
	Why                 string
	Fault               string // the failure code in which it ends whatever it holds
	Changes             []change
	Held, Made, Touched []string // experiences: those that it locks, has made, is about
	Tags                map[string]string
}

// change is one of a set's.
type change struct {
	Name, Type string
	Entity     string // the experience's id; "": it is made, or named by Ref
	Ref        string // the change that makes it
	Given      string // the identifier as it was given
	Details    json.RawMessage
	Crossed    bool // another set was changing the same principals when it began
	Made       string
	Errors     []mistake
	Tags       map[string]string `json:",omitempty"`
}

type mistake struct{ Code, Message string }

// status is the set's by now.
func (s changeSet) status(now time.Time) types.ChangeStatus {
	switch {
	case s.Settled:
		return types.ChangeStatus(s.Status)
	case now.Before(s.Apply):
		return types.ChangeStatusPreparing
	}
	return types.ChangeStatusApplying
}

// forgotten says whether a set is older than AWS keeps them.
func (s changeSet) forgotten(now time.Time) bool { return s.Settled && now.Sub(s.End) > history }

// openSets are those of a private marketplace that have not ended.
func openSets(at *world.Call) (all []changeSet) {
	for _, id := range world.List[string](at, kindOpen) {
		if s, ok := world.Get[changeSet](at, kindSet, id); ok {
			all = append(all, s)
		}
	}
	return all
}

// settle ends the change sets that are due, in the order in which they are.
func settle(at *world.Call) {
	due := slices.DeleteFunc(openSets(at), func(s changeSet) bool { return at.Now.Before(s.End) })
	slices.SortFunc(due, func(a, b changeSet) int {
		return cmp.Or(a.End.Compare(b.End), a.Start.Compare(b.Start), strings.Compare(a.ID, b.ID))
	})
	for _, s := range due {
		s.finish(at)
	}
}

// finish applies a set's changes, all of them or none, and frees what it held.
func (s changeSet) finish(at *world.Call) {
	d := &desk{at: at, when: s.End, rules: s.Rules, made: map[string]string{}}
	failed := false
	for _, i := range s.order() {
		s.Changes[i].Errors = d.apply(&s.Changes[i])
		failed = failed || len(s.Changes[i].Errors) > 0
	}
	s.Status = string(types.ChangeStatusSucceeded)
	switch {
	case s.Fault != "":
		s.fail(types.FailureCode(s.Fault), "The change set failed by a fault of the sandbox's settings.")
	case failed:
		s.fail(types.FailureCodeClientError, "The change set has changes with errors. See ErrorDetailList.")
	default:
		s.Made = d.keep()
		s.name()
	}
	s.close(at)
}

func (s *changeSet) fail(code types.FailureCode, why string) {
	s.Status, s.Failure, s.Why = string(types.ChangeStatusFailed), string(code), why
	for i := range s.Changes {
		s.Changes[i].Made = ""
		if s.Fault != "" {
			s.Changes[i].Errors = nil
		}
	}
}

// name gives the changes of new experiences their identifiers.
func (s *changeSet) name() {
	made := map[string]string{}
	for _, c := range s.Changes {
		if c.Type == create && c.Name != "" {
			made[c.Name] = c.Made
		}
	}
	for i, c := range s.Changes {
		if c.Ref != "" {
			s.Changes[i].Made = made[c.Ref]
		}
	}
}

// close keeps a set that has ended.
func (s changeSet) close(at *world.Call) {
	s.Settled = true
	s.Touched = append(s.Touched, s.Made...)
	world.Put(at, kindSet, s.ID, s)
	world.Remove(at, kindOpen, s.ID)
	for _, e := range s.Held {
		world.Remove(at, kindLock, e)
	}
}

// order is that in which the changes are applied.
func (s changeSet) order() []int {
	all := make([]int, len(s.Changes))
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int { return rules[s.Changes[a].Type].turn - rules[s.Changes[b].Type].turn })
	return all
}
