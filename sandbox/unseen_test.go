package sandbox_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicecatalog"

	"github.com/axle-cd/axle/sandbox"
	"github.com/axle-cd/axle/sandbox/world"
)

// rig is the hub's client on a world that the wall alone moves.
type rig struct {
	*testing.T
	s    *sandbox.Sandbox
	wall *stopped
	c    *servicecatalog.Client
}

func newRig(t *testing.T, u world.Unseen) rig {
	t.Helper()
	wall := &stopped{at: time.Now()}
	s := newSandbox(t, sandbox.Options{Wall: wall.now})
	setRules(t, s, sandbox.Rules{Unseen: []world.Unseen{u}})
	return rig{t, s, wall, catalogOf(config(t, s, "axle"))}
}

// describe gives the name that is seen, or the error's code.
func (r rig) describe(id string) string {
	out, err := r.c.DescribePortfolio(r.Context(), &servicecatalog.DescribePortfolioInput{Id: &id})
	if err != nil {
		return codeOf(err)
	}
	return *out.PortfolioDetail.DisplayName
}

func (r rig) listed() int {
	out, err := r.c.ListPortfolios(r.Context(), nil)
	if err != nil {
		r.Fatal(err)
	}
	return len(out.PortfolioDetails)
}

func (r rig) rename(id, name string) string {
	_, err := r.c.UpdatePortfolio(r.Context(), &servicecatalog.UpdatePortfolioInput{Id: &id, DisplayName: &name})
	return codeOf(err)
}

func (r rig) want(what string, got, want any) {
	r.Helper()
	if got != want {
		r.Errorf("%s: %v, want %v", what, got, want)
	}
}

const notFound = "ResourceNotFoundException"

// A new object is unseen by as many reads as the rule says; a changed one is seen as it was. A write
// that rests on a new one does not find it; the writer loses nothing. SBX-32, CT-2, X20
func TestUnseenForReads(t *testing.T) {
	r := newRig(t, world.Unseen{Reads: 2})
	id, code := createPortfolio(t, r.c, "t")
	if code != "" {
		t.Fatal(code)
	}
	r.want("a write that rests on it", r.rename(id, "early"), notFound)
	r.want("the second look", r.listed(), 0)
	r.want("the third", r.describe(id), "storage")
	again, _ := createPortfolio(t, r.c, "t")
	r.want("the same token", again, id)

	r.want("a change", r.rename(id, "one"), "")
	r.want("its first look", r.describe(id), "storage")
	r.want("a change upon a change that is unseen", r.rename(id, "two"), "")
	r.want("its first look", r.describe(id), "storage")
	r.want("its second", r.describe(id), "storage")
	r.want("its third", r.describe(id), "two")
	r.want("and the list", r.listed(), 1)
}

// For a time, by the sandbox's clock. SBX-32
func TestUnseenForATime(t *testing.T) {
	r := newRig(t, world.Unseen{Kind: "sc-portfolio", For: world.Duration(time.Minute)})
	id, _ := createPortfolio(t, r.c, "t")
	for range 5 {
		r.want("within the minute", r.describe(id), notFound)
	}
	r.wall.move(time.Minute)
	r.want("after it", r.describe(id), "storage")
}

// One list may show what the next does not. SBX-32
func TestUnseenFlickers(t *testing.T) {
	r := newRig(t, world.Unseen{Reads: 3, Flicker: true})
	createPortfolio(t, r.c, "t")
	for _, want := range []int{0, 1, 0, 1, 1} {
		r.want("list", r.listed(), want)
	}
}

// What is deleted may stay seen for a while, and cannot be changed. SBX-32
func TestDeletedIsSeen(t *testing.T) {
	r := newRig(t, world.Unseen{Reads: 1, Deletes: true})
	id, _ := createPortfolio(t, r.c, "t")
	r.want("new", r.describe(id), notFound)
	if _, err := r.c.DeletePortfolio(t.Context(), &servicecatalog.DeletePortfolioInput{Id: aws.String(id)}); err != nil {
		t.Fatal(err)
	}
	r.want("deleted, for a write", r.rename(id, "late"), notFound)
	r.want("deleted, and listed", r.listed(), 1)
	r.want("then no more", r.listed(), 0)
}

// A rule is about its kind, account and region alone, and calm is calm at once.
func TestUnseenElsewhere(t *testing.T) {
	for name, u := range map[string]world.Unseen{
		"another kind": {Kind: "sc-product", Reads: 9}, "another account": {Account: "333333333333", Reads: 9}, "another region": {Region: "us-east-1", Reads: 9},
	} {
		r := newRig(t, u)
		id, _ := createPortfolio(t, r.c, "t")
		r.want(name, r.describe(id), "storage")
	}
	r := newRig(t, world.Unseen{Reads: 9})
	id, _ := createPortfolio(t, r.c, "t")
	set(t, r.s, map[string]string{"preset": "calm"})
	r.want("calm again", r.describe(id), "storage")
}
