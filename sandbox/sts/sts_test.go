package sts

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/axle-cd/axle/sandbox/world"
)

// How long a session may last depends on who asks. SBX-21
func TestDuration(t *testing.T) {
	cases := []struct {
		name   string
		asked  *int32
		role   string
		want   int32
		refuse bool
	}{
		{"an hour when not said", nil, "", 3600, false},
		{"15 minutes", aws.Int32(900), "", 900, false},
		{"under 15 minutes", aws.Int32(899), "", 0, true},
		{"over an hour: as the role allows", aws.Int32(3601), "", 3601, false},
		{"over 12 hours", aws.Int32(43201), "", 0, true},
		{"an hour, chained", aws.Int32(3600), "CatalogBuilder", 3600, false},
		{"over an hour, chained", aws.Int32(7200), "CatalogBuilder", 0, true},
	}
	for _, c := range cases {
		got, err := duration(&world.Call{Principal: world.Principal{Role: c.role}}, &api.AssumeRoleInput{DurationSeconds: c.asked})
		if got != c.want || (err != nil) != c.refuse {
			t.Errorf("%s: %d, %v", c.name, got, err)
		}
	}
}
