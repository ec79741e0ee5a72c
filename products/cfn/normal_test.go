package cfn

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
)

const bucket = `Parameters:
  Name: {Type: String}
  Secret: {Type: String, NoEcho: 'TRUE', Default: ''}
Conditions:
  Never: !Equals [a, b]
  Named: !Equals [!Ref Name, x]
Resources:
  Key: {Type: 'AWS::KMS::Key'}
  Bucket:
    Type: AWS::S3::Bucket
    Condition: Never
    DeletionPolicy: Retain
    DependsOn: Key
    Properties:
      BucketName: !Ref Name
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: "True"
            ServerSideEncryptionByDefault: {KMSMasterKeyID: !GetAtt Key.Arn}
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: "true"
        IgnorePublicAcls: True
        RestrictPublicBuckets: !If [Named, true, false]
      Tags: [{Key: Enabled, Value: "true"}]
Outputs:
  Arn: {Value: !GetAtt Bucket.Arn, Export: {Name: bucket}, Condition: Never}
`

// The form that policies judge, whole: a resource stands whatever its condition says, what is
// unknown says so, and the spellings of true are one in properties that are booleans. PERF-22
func TestNormal(t *testing.T) {
	form, err := must(t, bucket).Normal(Env{Params: map[string]any{"Secret": ""}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "Conditions": {"Never": false, "Named": {"axle::unknown": "parameter Name has no value"}},
 "Outputs": {"Arn": {"Condition": "Never", "Export": {"Name": "bucket"},
   "Value": {"axle::unknown": "Arn of Bucket is known only once it is made", "axle::of": "Bucket"}}},
 "Parameters": {"Name": {"Type": "String"}, "Secret": {"Type": "String", "NoEcho": true, "Default": ""}},
 "Resources": {
  "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
  "Bucket": {"Type": "AWS::S3::Bucket", "Condition": "Never", "DeletionPolicy": "Retain", "DependsOn": ["Key"], "Properties": {
   "BucketName": {"axle::unknown": "parameter Name has no value"},
   "BucketEncryption": {"ServerSideEncryptionConfiguration": [{"BucketKeyEnabled": true,
     "ServerSideEncryptionByDefault": {"KMSMasterKeyID": {"axle::unknown": "Arn of Key is known only once it is made", "axle::of": "Key"}}}]},
   "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true,
     "RestrictPublicBuckets": {"axle::unknown": "condition Named is not known: parameter Name has no value"}},
   "Tags": [{"Key": "Enabled", "Value": "true"}]}}}}`
	same(t, form, want)
}

func same(t *testing.T, got any, want string) {
	t.Helper()
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &a); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("got %s", data)
	}
}

// Every function of the repository's own templates is evaluated, and the forms can be written as JSON.
func TestNormalOfSamples(t *testing.T) {
	for _, name := range []string{"encrypted-bucket", "queue-with-dlq", "vpc-three-tier"} {
		tm := must(t, string(sample(t, name)))
		if ds := tm.Check(); len(ds) > 0 {
			t.Errorf("%s: %v", name, ds)
		}
		values, ds := tm.Values(nil)
		if len(ds) > 0 {
			t.Errorf("%s: %v", name, ds)
		}
		form, err := tm.Normal(Env{Params: values})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := len(form["Resources"].(map[string]any)); n != len(tm.Resources) {
			t.Errorf("%s: %d of %d resources", name, n, len(tm.Resources))
		}
		if _, err := json.Marshal(form); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A finding's path leads to the deepest node that exists, with or without Properties before it.
func TestPosition(t *testing.T) {
	tm := must(t, bucket)
	for _, tt := range []struct {
		id   string
		path []string
		want string
	}{
		{"Bucket", nil, "9:3"},
		{"Bucket", []string{"DeletionPolicy"}, "12:5"},
		{"Bucket", []string{"Properties", "BucketName"}, "15:7"},
		{"Bucket", []string{"BucketName"}, "15:7"},
		{"Bucket", []string{"Properties", "BucketEncryption", "ServerSideEncryptionConfiguration", "0", "BucketKeyEnabled"}, "18:13"},
		{"Bucket", []string{"Properties", "BucketEncryption", "ServerSideEncryptionConfiguration", "0"}, "18:13"},
		{"Bucket", []string{"Properties", "BucketEncryption", "ServerSideEncryptionConfiguration", "7"}, "17:9"},
		{"Bucket", []string{"Properties", "LoggingConfiguration"}, "14:5"},
		{"Bucket", []string{"LoggingConfiguration"}, "9:3"},
		{"Nobody", nil, "1:1"},
	} {
		line, col := tm.Position(tt.id, tt.path...)
		if got := fmt.Sprintf("%d:%d", line, col); got != tt.want {
			t.Errorf("%s %v: %s, want %s", tt.id, tt.path, got, tt.want)
		}
	}
}
