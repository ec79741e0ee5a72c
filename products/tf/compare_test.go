package tf_test

import (
	"fmt"
	"testing"

	"github.com/axle-cd/axle/products/tf"
)

// What Compare makes of configurations that no reader has made; adapters/terraform has those of sources.
func TestCompareBare(t *testing.T) {
	bucket := func(address string, kept bool) *tf.Configuration {
		return &tf.Configuration{Dir: "d", Resources: []tf.Resource{{Address: address, Mode: "managed", Type: "aws_s3_bucket", Kept: kept}}}
	}
	moving := bucket("aws_s3_bucket.b", false)
	for i := range 20 { // longer than anybody's chain
		moving.Moved = append([]tf.Move{{From: fmt.Sprint("aws_s3_bucket.b", i), To: fmt.Sprint("aws_s3_bucket.b", i+1)}}, moving.Moved...)
	}
	data := &tf.Configuration{Resources: []tf.Resource{{Address: "data.x_y.z", Mode: "data", Type: "x_y"}}}
	hidden := &tf.Configuration{Variables: []tf.Variable{{Name: "a", Default: []any{map[string]any{"b": tf.Unknown{}}}}}}
	for _, c := range []struct {
		name        string
		before, now *tf.Configuration
		want        string
	}{
		{"nothing", &tf.Configuration{}, &tf.Configuration{}, "[]"},
		{"data sources are read, not made", data, &tf.Configuration{}, "[]"},
		{"a count comes and goes", bucket("aws_s3_bucket.b[0]", true), bucket("aws_s3_bucket.b", true), "[]"},
		{"moves end", bucket("aws_s3_bucket.b0", false), moving, "[{2 aws_s3_bucket aws_s3_bucket.b0 is gone, and it holds data aws_s3_bucket.b0 {d 0 0} true} {1 aws_s3_bucket aws_s3_bucket.b is new aws_s3_bucket.b {d 0 0} false}]"},
		{"what is unknown deep inside may differ", hidden, hidden, "[{1 variable a may have another default, which is not shown variable.a { 0 0} true}]"},
	} {
		if got := fmt.Sprint(tf.Compare(c.before, c.now)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	if !tf.Stateful("aws_dynamodb_table") || tf.Stateful("aws_lambda_function") {
		t.Error("stateful types are mistaken")
	}
}
