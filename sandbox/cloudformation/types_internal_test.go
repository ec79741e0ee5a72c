package cloudformation

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/axle-cd/axle/products/cfn"
)

var somewhere = place{Account: "999999999999", Region: "eu-west-1", StackName: "shop", StackID: "arn:aws:cloudformation:eu-west-1:999999999999:stack/shop/1", Operation: 1}

func resourceOf(typ string, properties map[string]any) resource {
	r := resource{LogicalID: "Thing", Type: typ, Properties: properties}
	r.PhysicalID = identify(somewhere, r)
	return r
}

// running are attributes that only something that runs has: a record refuses them.
var running = map[string]*regexp.Regexp{
	"AWS::RDS::DBInstance": regexp.MustCompile(`Time$|Status|Percent|^Listener|^ReadReplica|SecondaryAvailabilityZone|^CertificateDetails$|ValidTill|^Endpoint$|^IsStorage`),
}

// SBX-61: what the schema says a type answers, its record answers.
func TestEveryAttributeOfTheSchemaIsAnswered(t *testing.T) {
	for _, typ := range Types() {
		info, known := cfn.Type(typ)
		if !known {
			continue
		}
		r := resourceOf(typ, nil)
		for _, name := range info.Attributes {
			if strings.HasSuffix(name, "*") || running[typ] != nil && running[typ].MatchString(name) {
				continue
			}
			if _, ok := attributeOf(somewhere, r, name); !ok {
				t.Errorf("%s has no %s", typ, name)
			}
		}
		for name := range types[typ].attrs {
			if !info.Attribute(name) {
				t.Errorf("%s answers %s, which its schema does not have", typ, name)
			}
		}
	}
}

// What Ref gives has AWS's form, from the properties that name it or from CloudFormation's own making.
func TestRefHasTheFormOfItsType(t *testing.T) {
	const hex = `[0-9a-f]{17}`
	for _, c := range []struct {
		typ        string
		properties map[string]any
		want       string
	}{
		{"AWS::S3::Bucket", nil, `shop-thing-[a-z0-9]{12}`},
		{"AWS::S3::Bucket", map[string]any{"BucketName": "mine"}, `mine`},
		{"AWS::S3::BucketPolicy", map[string]any{"Bucket": "mine"}, `mine`},
		{"AWS::IAM::Role", nil, `shop-Thing-[A-Z0-9]{12}`},
		{"AWS::IAM::ManagedPolicy", map[string]any{"Path": "/a/", "ManagedPolicyName": "p"}, `arn:aws:iam::999999999999:policy/a/p`},
		{"AWS::SNS::Topic", map[string]any{"TopicName": "news"}, `arn:aws:sns:eu-west-1:999999999999:news`},
		{"AWS::SNS::Subscription", map[string]any{"TopicArn": "arn:aws:sns:eu-west-1:999999999999:news"}, `arn:aws:sns:eu-west-1:999999999999:news:[0-9a-f]{8}-[0-9a-f-]{27}`},
		{"AWS::SQS::Queue", nil, `https://sqs.eu-west-1.amazonaws.com/999999999999/shop-Thing-[A-Z0-9]{12}`},
		{"AWS::SQS::Queue", map[string]any{"FifoQueue": "true"}, `https://sqs.*/shop-Thing-[A-Z0-9]{12}\.fifo`},
		{"AWS::SQS::Queue", map[string]any{"FifoQueue": "true", "QueueName": "q.fifo"}, `https://sqs.*/q\.fifo`},
		{"AWS::EC2::VPC", nil, `vpc-` + hex},
		{"AWS::EC2::Subnet", nil, `subnet-` + hex},
		{"AWS::EC2::SecurityGroup", nil, `sg-` + hex},
		{"AWS::EC2::VPCGatewayAttachment", map[string]any{"VpcId": "vpc-1", "InternetGatewayId": "igw-1"}, `IGW\|vpc-1`},
		{"AWS::EC2::Route", map[string]any{"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0"}, `rtb-1\|0\.0\.0\.0/0`},
		{"AWS::EC2::EIP", nil, `3(\.\d{1,3}){3}`},
		{"AWS::KMS::Key", nil, `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}`},
		{"AWS::KMS::Alias", map[string]any{"AliasName": "alias/a"}, `alias/a`},
		{"AWS::SecretsManager::Secret", map[string]any{"Name": "db"}, `arn:aws:secretsmanager:eu-west-1:999999999999:secret:db-[a-z0-9]{6}`},
		{"AWS::Events::Rule", map[string]any{"Name": "r", "EventBusName": "bus"}, `bus\|r`},
		{"AWS::CloudFormation::WaitConditionHandle", nil, `https://cloudformation-waitcondition-eu-west-1\.s3\..*/Thing`},
	} {
		got := fmt.Sprint(refOf(somewhere, resourceOf(c.typ, c.properties)))
		if !regexp.MustCompile(`^` + c.want + `$`).MatchString(got) {
			t.Errorf("Ref of %s %v: %q, want %s", c.typ, c.properties, got, c.want)
		}
	}
}

func TestGetAttHasTheFormOfItsType(t *testing.T) {
	for _, c := range []struct {
		typ, attribute string
		properties     map[string]any
		want           string
	}{
		{"AWS::S3::Bucket", "Arn", map[string]any{"BucketName": "mine"}, "arn:aws:s3:::mine"},
		{"AWS::S3::Bucket", "RegionalDomainName", map[string]any{"BucketName": "mine"}, "mine.s3.eu-west-1.amazonaws.com"},
		{"AWS::IAM::Role", "Arn", map[string]any{"RoleName": "r", "Path": "/p/"}, "arn:aws:iam::999999999999:role/p/r"},
		{"AWS::SQS::Queue", "Arn", map[string]any{"QueueName": "q"}, "arn:aws:sqs:eu-west-1:999999999999:q"},
		{"AWS::SQS::Queue", "QueueName", map[string]any{"QueueName": "q"}, "q"},
		{"AWS::SNS::Topic", "TopicName", map[string]any{"TopicName": "n"}, "n"},
		{"AWS::DynamoDB::Table", "Arn", map[string]any{"TableName": "t"}, "arn:aws:dynamodb:eu-west-1:999999999999:table/t"},
		{"AWS::Logs::LogGroup", "Arn", map[string]any{"LogGroupName": "/l"}, "arn:aws:logs:eu-west-1:999999999999:log-group:/l:*"},
		{"AWS::Events::Rule", "Arn", map[string]any{"Name": "r", "EventBusName": "bus"}, "arn:aws:events:eu-west-1:999999999999:rule/bus/r"},
		{"AWS::RDS::DBInstance", "Endpoint.Port", map[string]any{"Engine": "aurora-postgresql"}, "5432"},
		{"AWS::EC2::Subnet", "AvailabilityZone", nil, "eu-west-1a"},
		{"AWS::SSM::Parameter", "Value", map[string]any{"Value": "v"}, "v"},
	} {
		got, ok := attributeOf(somewhere, resourceOf(c.typ, c.properties), c.attribute)
		if !ok || got != c.want {
			t.Errorf("GetAtt %s.%s: %v, want %s", c.typ, c.attribute, got, c.want)
		}
	}
}

// An attribute says the same after an update as before it.
func TestAttributesStayWithTheResource(t *testing.T) {
	later := somewhere
	later.Operation = 7
	for _, typ := range Types() {
		r := resourceOf(typ, nil)
		for name := range types[typ].attrs {
			before, _ := attributeOf(somewhere, r, name)
			after, _ := attributeOf(later, r, name)
			if fmt.Sprint(before) != fmt.Sprint(after) {
				t.Errorf("%s.%s: %v became %v", typ, name, before, after)
			}
		}
	}
}

func TestPartitionsHaveTheirOwnNames(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":     "arn:aws:s3:::b b.s3.amazonaws.com",
		"cn-north-1":    "arn:aws-cn:s3:::b b.s3.amazonaws.com.cn",
		"us-gov-west-1": "arn:aws-us-gov:s3:::b b.s3.amazonaws.com",
	} {
		p, r := somewhere, resourceOf(typeBucket, map[string]any{"BucketName": "b"})
		p.Region = region
		arn, _ := attributeOf(p, r, "Arn")
		domain, _ := attributeOf(p, r, "DomainName")
		if got := fmt.Sprint(arn, " ", domain); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
}
