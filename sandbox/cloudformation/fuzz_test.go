package cloudformation_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/axle-cd/axle/products/cfn"
	"github.com/axle-cd/axle/sandbox/cloudformation"
	"github.com/axle-cd/axle/sandbox/wire"
	"github.com/axle-cd/axle/sandbox/world"
)

// life takes a template through a stack's whole life and says how it ended, or why it was
// refused. A refusal is AWS's, never a fault of ours.
func life(t *testing.T, template string, parameters map[string]string) string {
	t.Helper()
	store, now := world.Memory(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	call := func(f func(*world.Call)) {
		if err := store.Update(t.Context(), func(tx world.Tx) error {
			f(&world.Call{Tx: tx, Account: account, Region: region, Now: now})
			return nil
		}); err != nil {
			t.Fatalf("%v\n%s", err, template)
		}
		now = now.Add(24 * time.Hour)
	}
	var refused error
	var s cloudformation.Stack
	call(func(c *world.Call) {
		s, refused = cloudformation.Create(c, cloudformation.Request{Name: "s", Template: template, Parameters: parameters, Capabilities: []string{"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"}})
	})
	if refused != nil {
		var w *wire.Error
		if !errors.As(refused, &w) || w.Status >= 500 && w.Code != "NotImplemented" {
			t.Fatalf("not a refusal: %v\n%s", refused, template)
		}
		return refused.Error()
	}
	call(func(c *world.Call) {
		var ok bool
		if s, ok = cloudformation.Find(c, s.ID); !ok || s.Status != "CREATE_COMPLETE" && s.Status != "ROLLBACK_COMPLETE" {
			t.Fatalf("%s %s\n%s", s.Status, s.StatusReason, template)
		}
		_ = cloudformation.Delete(c, s.ID)
	})
	ended := s.Status
	call(func(c *world.Call) {
		if s, _ = cloudformation.Find(c, s.ID); s.Status != "DELETE_COMPLETE" {
			t.Fatalf("its deletion ends %s: %s\n%s", s.Status, s.StatusReason, template)
		}
	})
	return ended
}

// SBX-13: no template hangs a stack or makes a 500.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{bucket, network(), secret, before, after, mine, exporting, importing, "", "{}", "Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !If [X, a, b]}}}",
		"Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: {Principal: [1]}}}}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) { life(t, template, nil) })
}

// plausible gives a value to each parameter that needs one.
func plausible(template []byte) map[string]string {
	all := map[string]string{}
	t, _ := cfn.Parse("template", template)
	if t == nil {
		return all
	}
	for _, p := range t.Parameters {
		switch {
		case p.Default != nil:
		case len(p.AllowedValues) > 0:
			all[p.Name] = p.AllowedValues[0]
		case strings.Contains(p.Type, "Number"):
			all[p.Name] = "8"
		case p.Stored():
			all[p.Name] = "/aws/service/ami"
		default:
			all[p.Name] = "example12"
		}
	}
	return all
}

// required are the properties a type must have, each some text.
func required(typ string) string {
	var all []string
	info, _ := cfn.Type(typ)
	for _, name := range slices.Sorted(maps.Keys(info.Properties)) {
		if info.Properties[name].Required {
			all = append(all, name+": x")
		}
	}
	return strings.Join(all, ", ")
}

// SBX-84: each template of a folder lives and dies, or is refused with a reason.
func TestPublicTemplates(t *testing.T) {
	folder := os.Getenv("AXLE_CFN_TEMPLATES")
	if folder == "" {
		t.Skip("AXLE_CFN_TEMPLATES names no folder of templates")
	}
	counts := map[string]int{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".yml") && !strings.HasSuffix(path, ".json") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		ended := life(t, string(raw), plausible(raw))
		t.Logf("%s: %s", filepath.Base(path), ended)
		if before, _, refused := strings.Cut(ended, ":"); refused {
			ended = before
		}
		counts[ended]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(counts)
}
