package cfn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/axle-cd/axle/document"
)

const queue = "  Q: {Type: 'AWS::SQS::Queue'}\n"

// many repeats an entry, %d its number.
func many(n int, entry string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(entry, "%d", fmt.Sprint(i)))
	}
	return b.String()
}

// Every fault with its place, code and sentence. A template a row.
func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, template string
		want           string // line:col CODE sentence; hint — of each fault, one a line
	}{
		{"B049", "Description: x\n", `1:1 AXLE2205 template has no Resources`},
		{"B050", "Resources: {}\n", `1:1 AXLE2205 Resources is empty; at least one is needed`},
		{"B053", "Resources:\n" + many(501, "  Q%d: {Type: 'AWS::SQS::Queue'}\n"), `1:1 AXLE2206 501 resources (max 500)`},
		{"B054", "Resources:\n" + queue + "Parameters:\n" + many(201, "  P%d: {Type: String}\n"), `3:1 AXLE2206 201 parameters (max 200)`},
		{"B055", "Resources:\n" + queue + "Outputs:\n" + many(201, "  O%d: {Value: x}\n"), `3:1 AXLE2206 201 outputs (max 200)`},
		{"B056", "Resources:\n" + queue + "Mappings:\n" + many(201, "  M%d: {a: {b: c}}\n"), `3:1 AXLE2206 201 mappings (max 200)`},
		{"a mapping of 201 keys", "Resources:\n" + queue + "Mappings:\n  M:\n" + many(201, "    k%d: {b: c}\n"), `4:3 AXLE2206 201 keys in one mapping (max 200)`},
		{"B057", "Parameters:\n  P: {Type: String, Default: " + strings.Repeat("x", 5000) + "}\nResources:\n" + queue,
			`2:30 AXLE2206 value of P is 5,000 bytes (max 4,096)`},
		{"B058", `Resources:
  my-bucket: {Type: 'AWS::S3::Bucket'}
`,
			`2:3 AXLE2207 logical id "my-bucket": letters and digits only`},
		{"an id of 256 characters", "Resources:\n  " + strings.Repeat("a", 256) + ": {Type: 'AWS::SQS::Queue'}\n", `2:3 AXLE2206 name is 256 characters (max 255)`},
		{"one id for two things", `Parameters:
  Q: {Type: String}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`4:3 AXLE2207 name "Q" is taken by line 2`},
		{"B059", `Resources:
  B: {Type: 'AWS::S3::Buckett'}
`,
			`2:13 AXLE2210 unknown type "AWS::S3::Buckett"; did you mean AWS::S3::Bucket?`},
		{"a service that does not exist", `Resources:
  B: {Type: 'AWS::S33::Bucket'}
`,
			`2:13 AXLE2210 unknown type "AWS::S33::Bucket"; did you mean AWS::S3::Bucket?`},
		{"no type at all", `Resources:
  B: {Type: Bucket}
`,
			`2:13 AXLE2210 unknown type "Bucket"; a type reads AWS::S3::Bucket`},
		{"a type that is not in the table", `Resources:
  F: {Type: 'AWS::EFS::FileSystem', Properties: {Nam: x}}
`,
			``},
		{"somebody's own type", `Resources:
  F: {Type: 'Acme::Net::Vlan'}
  C: {Type: 'Custom::Thing'}
`,
			``},
		{"B060", `Resources:
  B:
    Type: AWS::S3::Bucket
    Properties: {Nam: x}
`,
			`4:18 AXLE2211 AWS::S3::Bucket has no property "Nam"`},
		{"a misspelt property", `Resources:
  B:
    Type: AWS::S3::Bucket
    Properties: {BucketNmae: x}
`,
			`4:18 AXLE2211 AWS::S3::Bucket has no property "BucketNmae"; did you mean "BucketName"?`},
		{"B061", `Resources:
  V:
    Type: AWS::EC2::Subnet
`,
			`2:3 AXLE2212 property "VpcId" is required by AWS::EC2::Subnet`},
		{"B062", `Resources:
  Bucket: {Type: 'AWS::S3::Bucket'}
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Buckt
      PolicyDocument: {}
`,
			`6:15 AXLE2213 Ref "Buckt" names nothing; did you mean "Bucket"?`},
		{"B063", `Resources:
  B: {Type: 'AWS::S3::Bucket'}
Outputs:
  O: {Value: !GetAtt B.Foo}
`,
			`4:14 AXLE2214 AWS::S3::Bucket has no attribute "Foo"`},
		{"an attribute in Sub", `Resources:
  B: {Type: 'AWS::S3::Bucket'}
Outputs:
  O: {Value: !Sub '${B.Arm}'}
`,
			`4:14 AXLE2214 AWS::S3::Bucket has no attribute "Arm"; did you mean "Arn"?`},
		{"outputs of a nested stack", `Resources:
  S:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested/vpc.yaml}
Outputs:
  O: {Value: !GetAtt S.Outputs.VpcId}
`,
			``},
		{"nested stacks from S3, and by a parameter", `Parameters: {Bucket: {Type: String}}
Resources:
  S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://b.s3.eu-west-1.amazonaws.com/y'}}
  T: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: !Sub 'https://${Bucket}/y'}}
`,
			``},
		{"a nested stack from elsewhere", `Resources:
  S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://s3.amazonaws.com.example.com/y'}}
`,
			`2:69 AXLE2473 TemplateURL host "s3.amazonaws.com.example.com" is not allowed; put the template beside this one, and name it by its path`}, // B079
		{"a secret in an output", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !Join [':', [x, '{{resolve:secretsmanager:a:SecretString:b}}']]}
  P: {Value: '{{resolve:ssm:/plain}}'}
`,
			`4:30 AXLE2472 output O would print a secret; give out the secret's name or ARN instead`}, // B077
		{"GetAtt of nothing", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !GetAtt Q2.Arn}
`,
			`4:14 AXLE2213 Fn::GetAtt "Q2" names no resource`},
		{"B064", `Resources:
  A:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Ref B}
  B:
    Type: AWS::SNS::Topic
    DependsOn: A
`,
			`2:3 AXLE2218 cycle: A -> B -> A; take one of these references out`},
		{"B065", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !Sub '${X}'}
`,
			`4:14 AXLE2215 Sub variable "X" is not defined; write ${!X} for the text ${X}`},
		{"a shell variable in Sub", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !Sub '${HOSTNAME}'}
`,
			`4:14 AXLE2215 Sub variable "HOSTNAME" is not defined; write ${!HOSTNAME} for the text ${HOSTNAME}`},
		{"B066", `Conditions:
  Live: !Equals [a, b]
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !If [Life, a, b]}
`,
			`6:19 AXLE2216 condition "Life" is not defined; did you mean "Live"?`},
		{"a resource's condition", `Resources:
  Q: {Type: 'AWS::SQS::Queue', Condition: X}
`,
			`2:43 AXLE2216 condition "X" is not defined`},
		{"an output's condition", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: a, Condition: X}
`,
			`4:28 AXLE2216 condition "X" is not defined`},
		{"B068 ForEach", `Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::L: [x, [a], {'Q${x}': {Type: 'AWS::SQS::Queue'}}]
`,
			`3:3 AXLE2226 transforms are denied by default: Fn::ForEach; write the result into the template`},
		{"B068 macro", `Transform: [Count]
Resources:
  Q: {Type: 'AWS::SQS::Queue', Count: 3}
`,
			`1:1 AXLE2209 transforms are denied by default: Count; write the result into the template`},
		{"B068 SAM", `Transform: AWS::Serverless-2016-10-31
Globals: {}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`1:1 AXLE2209 transforms are denied by default: AWS::Serverless-2016-10-31; write the result into the template`},
		{"B068 Include", `Resources:
  Q:
    Type: AWS::SQS::Queue
    Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: 's3://x'}}
`,
			`4:5 AXLE2226 transforms are denied by default: Fn::Transform; write the result into the template`},
		{"the language extensions are no macro", `Transform: AWS::LanguageExtensions
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !ToJsonString {a: 1}}
`,
			``},
		{"a function of the extensions without them", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !Length [1]}
`,
			`4:14 AXLE2219 Fn::Length needs the language extensions; write Transform: AWS::LanguageExtensions`},
		{"B069", `AWSTemplateFormatVersion: 2010-09-10
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`1:27 AXLE2208 AWSTemplateFormatVersion must be 2010-09-09`},
		{"B080", "Description: " + strings.Repeat("x", 1100) + "\nResources:\n" + queue, `1:14 AXLE2206 Description is 1,100 bytes (max 1,024)`},
		{"B080 of an output", "Resources:\n" + queue + "Outputs:\n  O: {Value: a, Description: " + strings.Repeat("x", 1025) + "}\n",
			`4:30 AXLE2206 Description is 1,025 bytes (max 1,024)`},
		{"B085", `Rules:
  R: {Assertions: [{Assert: {'Fn::Containz': [[a], a]}}]}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:29 AXLE2219 unknown function Fn::Containz in Rules; did you mean "Fn::Contains"?`},

		{"an unknown section", `Resource: {}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`1:1 AXLE2204 unknown section "Resource"; did you mean "Resources"?`},
		{"an unknown key of a resource", `Resources:
  Q: {Type: 'AWS::SQS::Queue', Propertis: {}}
`,
			`2:32 AXLE2204 unknown key "Propertis"; did you mean "Properties"?`},
		{"DependsOn nothing", `Resources:
  Q: {Type: 'AWS::SQS::Queue', DependsOn: [Q2]}
`,
			`2:44 AXLE2213 DependsOn "Q2" names no resource`},
		{"DependsOn itself", `Resources:
  Q: {Type: 'AWS::SQS::Queue', DependsOn: Q}
`,
			`2:3 AXLE2218 cycle: Q -> Q; take one of these references out`},
		{"a deletion policy that is none", `Resources:
  Q: {Type: 'AWS::SQS::Queue', DeletionPolicy: Retian}
`,
			`2:48 AXLE2203 "Retian" is not allowed here; did you mean "Retain"?`},
		{"null", `Resources:
  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: }}
`,
			`2:56 AXLE2224 null is not allowed here; leave the key out, or write {"Ref": "AWS::NoValue"}`},
		{"a function beside other keys", `Resources:
  Q: {Type: 'AWS::SQS::Queue', Properties: {Tags: {'Fn::If': [A, b, c], x: y}}}
`,
			`2:52 AXLE2219 Fn::If must stand alone in its mapping`},
		{"an unknown function", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: {'Fn::Jion': ['', [a]]}}
`,
			`4:14 AXLE2219 unknown function Fn::Jion; did you mean "Fn::Join"?`},
		{"too few values", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !Join [a]}
`,
			`4:14 AXLE2219 Fn::Join needs a list of 2 values`},
		{"a list as an output", `Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: [a]}
`,
			`4:14 AXLE2203 an output is one text, found a list; use Fn::Join for a list`},
		{"a mapping's key", `Mappings: {M: {a: {b: c}}}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
Outputs:
  O: {Value: !FindInMap [M, x, b]}
`,
			`5:29 AXLE2217 Fn::FindInMap finds no "M.x" in Mappings`},
		{"a mapping with one level", `Mappings: {M: {a: c}}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`1:19 AXLE2203 Mappings.M.a must be a mapping, found text`},
		{"a condition over a resource", `Conditions:
  C: !Equals [!Ref Q, a]
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:15 AXLE2213 a condition cannot use the resource "Q"; conditions are decided before anything is made`},
		{"a condition that is text", `Conditions:
  C: yes please
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:6 AXLE2219 a condition is one function, found text; use Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition`},
		{"a condition with another function", `Conditions:
  C: !Join ['', [a]]
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:6 AXLE2219 Fn::Join is not a condition function; did you mean "Fn::Not"?`},
		{"conditions that need each other", `Conditions:
  A: !Not [!Condition B]
  B: !Not [!Condition A]
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`3:12 AXLE2218 cycle: A -> B -> A`},

		{"an unknown parameter type", `Parameters:
  P: {Type: Strin}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:13 AXLE2220 unknown parameter type "Strin"; did you mean "String"?`},
		{"a default that is not allowed", `Parameters:
  P: {Type: String, Default: c, AllowedValues: [a, b]}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:30 AXLE2220 Default of P is not one of the allowed values: a, b`},
		{"a default that is no number", `Parameters:
  P: {Type: Number, Default: many}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:30 AXLE2220 Default of P is not a number`},
		{"bounds that exclude all", `Parameters:
  P: {Type: Number, MinValue: 3, MaxValue: 2}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:31 AXLE2220 MinValue 3 is above MaxValue 2`},
		{"lengths that exclude all", `Parameters:
  P: {Type: String, MinLength: 3, MaxLength: 2}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:32 AXLE2220 MinLength 3 is above MaxLength 2`},
		{"bounds of a text", `Parameters:
  P: {Type: String, MinValue: 3}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:6 AXLE2220 MinValue and MaxValue are for numbers, and P is a String; use MinLength, MaxLength or AllowedPattern`},
		{"an unknown key of a parameter", `Parameters:
  P: {Type: String, Defualt: a}
Resources:
  Q: {Type: 'AWS::SQS::Queue'}
`,
			`2:21 AXLE2204 unknown key "Defualt"; did you mean "Default"?`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lines(must(t, tt.template).Check()); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			hides := func(d document.Diagnostic) bool {
				return d.Code == CodeTransform || d.Code == CodeMacro || d.Code == CodeNoResources
			}
			want := slices.DeleteFunc(must(t, tt.template).Check(), func(d document.Diagnostic) bool { return !hides(d) })
			if got := must(t, tt.template).Hidden(); lines(got) != lines(want) {
				t.Errorf("hidden %s\n  want %s", lines(got), lines(want))
			}
		})
	}
}

func lines(ds document.Diagnostics) string {
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = fmt.Sprintf("%d:%d %s %s", d.Line, d.Col, d.Code, d.Summary)
		if d.Hint != "" {
			out[i] += "; " + d.Hint
		}
	}
	return strings.Join(out, "\n")
}
