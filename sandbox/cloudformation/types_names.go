package cloudformation

// name is how resources of a type get their names.
type name struct {
	property string // that gives it; without it CloudFormation makes one
	lower    bool   // one that it makes is in lower case
	global   bool   // one name an account, not a region
}

var naming = map[string]name{
	typeBucket:                    {property: "BucketName", lower: true},
	"AWS::DynamoDB::Table":        {property: "TableName"},
	"AWS::ECR::Repository":        {property: "RepositoryName", lower: true},
	"AWS::RDS::DBInstance":        {property: "DBInstanceIdentifier", lower: true},
	"AWS::RDS::DBSubnetGroup":     {property: "DBSubnetGroupName", lower: true},
	"AWS::SecretsManager::Secret": {property: "Name"},
	typeRole:                      {property: "RoleName", global: true},
	"AWS::IAM::ManagedPolicy":     {property: "ManagedPolicyName", global: true},
	"AWS::IAM::InstanceProfile":   {property: "InstanceProfileName", global: true},
	"AWS::SNS::Topic":             {property: "TopicName"},
	"AWS::SQS::Queue":             {property: "QueueName"},
	"AWS::Events::Rule":           {property: "Name"},
	"AWS::Lambda::Function":       {property: "FunctionName"},
	"AWS::Logs::LogGroup":         {property: "LogGroupName"},
	typeParameter:                 {property: "Name"},
	"AWS::CloudWatch::Alarm":      {property: "AlarmName"},
}
