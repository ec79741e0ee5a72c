package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager"
	"github.com/aws/aws-sdk-go-v2/service/licensemanager/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/axle-cd/axle/adapters/sqlite"
	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/sandbox"
	lm "github.com/axle-cd/axle/sandbox/licensemanager"
)

// buys SKU [DAYS]: the management account buys a product, for so many days or without an end, and links
// License Manager to its organization.
func buys(ts *testscript.TestScript, _ bool, args []string) {
	purchase(ts.MkAbs(".axle"), args, ts.Check)
}

// purchase is made in the sandbox of a state.
func purchase(state string, args []string, check func(error)) {
	ctx := context.Background()
	store, err := sqlite.OpenWorld(ctx, filepath.Join(state, "sandbox.db"))
	check(err)
	defer store.Close()
	box, err := sandbox.New(store, sandbox.Options{Wall: time.Now, Wait: sleep})
	check(err)
	l := lm.Licence{Holder: "888888888888", SKU: args[0]}
	if len(args) > 1 {
		days, err := strconv.Atoi(args[1])
		check(err)
		now, err := box.Now(ctx)
		check(err)
		l.Ends = now.Add(time.Duration(days) * 24 * time.Hour)
	}
	_, err = box.PutLicence(ctx, l)
	check(err)
	k, err := box.Credentials(ctx, "management")
	check(err)
	c := licensemanager.NewFromConfig(sdk.Config{Region: "us-east-1", HTTPClient: &http.Client{Transport: box.Transport()},
		Credentials: credentials.NewStaticCredentialsProvider(k.AccessKeyID, k.SecretAccessKey, k.SessionToken)})
	_, err = c.UpdateServiceSettings(ctx, &licensemanager.UpdateServiceSettingsInput{OrganizationConfiguration: &types.OrganizationConfiguration{EnableIntegration: true}})
	check(err)
}

// LIC-9: a plan that somebody changed is none.
func TestApprovedPlan(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "no plan": "{}", "another digest": `{"format_version": 1, "digest": "sha256:00", "pairs": []}`, "not JSON": "schema: 1"} {
		file := filepath.Join(t.TempDir(), "plan.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := approved(file); document.CodeOf(err) != "AXLE1188" {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}
