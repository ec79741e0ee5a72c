package sandbox_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/axle-cd/axle/sandbox"
)

// walk follows a list for at most n pages: how many roots each has, and the code that ended it.
func walk(t *testing.T, c aws.Config, n int) (pages []int, tokens []string, code string) {
	t.Helper()
	client := organizations.NewFromConfig(c, func(o *organizations.Options) { o.RetryMaxAttempts = 1 })
	var token *string
	for range n {
		out, err := client.ListRoots(t.Context(), &organizations.ListRootsInput{NextToken: token})
		if err != nil {
			return pages, tokens, codeOf(err)
		}
		pages = append(pages, len(out.Roots))
		if token = out.NextToken; token == nil {
			break
		}
		tokens = append(tokens, *token)
	}
	return pages, tokens, ""
}

// Lists come in pages that a client has to get past, where a switch says so. SBX-38, X21
func TestPageSwitches(t *testing.T) {
	cases := []struct {
		name  string
		on    []string
		pages []int
		code  string
	}{
		{"calm", nil, []int{1}, ""},
		{"an empty page with a token", []string{"sandbox:empty-pages"}, []int{0, 1}, ""},
		{"the same token for ever", []string{"sandbox:repeated-tokens"}, []int{1, 1, 1, 1, 1}, ""},
		{"page 2 fails", []string{"sandbox:second-page-fails"}, []int{1}, "InternalFailure"},
		{"an empty page, then a failure", []string{"sandbox:empty-pages", "sandbox:second-page-fails"}, []int{0}, "InternalFailure"},
	}
	for _, c := range cases {
		s := newSandbox(t, sandbox.Options{})
		for _, name := range c.on {
			set(t, s, map[string]string{name: "on"})
		}
		pages, tokens, code := walk(t, config(t, s, "axle"), 5)
		if !slices.Equal(pages, c.pages) || code != c.code {
			t.Errorf("%s: pages %v, %q", c.name, pages, code)
		}
		if len(tokens) > 1 && tokens[0] != tokens[1] {
			t.Errorf("%s: tokens %q", c.name, tokens)
		}
	}
}
