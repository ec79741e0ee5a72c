package cfn

import "testing"

// B078: an account or a region that stands in a property is a warning with what to write instead.
func TestCheckPlace(t *testing.T) {
	for _, c := range []struct{ name, properties, want string }{
		{"both", "{A: 'arn:aws:kms:eu-west-1:111122223333:key/x'}", "hardcoded region eu-west-1 and account id 111122223333: use AWS::Region and AWS::AccountId"},
		{"an account", "{A: {B: ['arn:aws:iam::111122223333:role/x']}}", "hardcoded account id 111122223333: use AWS::AccountId"},
		{"a region", "{A: !Sub 'arn:aws-us-gov:sns:us-gov-west-1:${AWS::AccountId}:x'}", "hardcoded region us-gov-west-1: use AWS::Region"},
		{"a partition that is not", "{A: !Sub 'arn:${AWS::Partition}:iam::111122223333:role/x'}", "hardcoded account id 111122223333: use AWS::AccountId"},
		{"a region, and no account", "{A: 'arn:aws:execute-api:eu-west-1::x'}", "hardcoded region eu-west-1: use AWS::Region"},
		{"a zone", "{AvailabilityZone: eu-central-1a}", "hardcoded Availability Zone eu-central-1a: use Fn::GetAZs of AWS::Region"},
		{"in a function", "{A: !Join [':', ['arn:aws:sns:eu-west-1:111122223333:x', y]]}", "hardcoded region eu-west-1 and account id 111122223333: use AWS::Region and AWS::AccountId"},
		{"pseudo parameters", "{A: !Sub 'arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:x'}", ""},
		{"AWS's own", "{A: 'arn:aws:iam::aws:policy/ReadOnlyAccess', B: 'arn:aws:s3:::bucket/*'}", ""},
		{"who may come in", "{Policy: {Principal: {AWS: 'arn:aws:iam::111122223333:root'}}}", ""},
		{"what CloudFront takes", "{A: !Sub 'arn:aws:acm:us-east-1:${AWS::AccountId}:certificate/x'}", ""},
		{"a number, a name", "{A: 111122223333, B: eu-west-1-logs, Description: 'of arn:aws:sns:eu-west-1:111122223333:x'}", ""},
		{"once a resource", "{A: eu-west-1a, B: eu-west-1b}", "hardcoded Availability Zone eu-west-1a: use Fn::GetAZs of AWS::Region"},
	} {
		t.Run(c.name, func(t *testing.T) {
			template, ds := Parse("t.yaml", []byte("Resources: {R: {Type: 'Custom::X', Properties: "+c.properties+"}}"))
			if template == nil {
				t.Fatal(ds)
			}
			got := ""
			for _, d := range template.Check() {
				if d.Severity != "warning" || d.Hint == "" || d.Code != CodeHardcoded || d.Line != 1 || d.Col < 10 {
					t.Errorf("%v", d)
				}
				got += d.Summary
			}
			if got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}
