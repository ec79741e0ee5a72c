package cloudformation

// name is how resources of a type get their names.
type name struct {
	property string // that gives it; without it CloudFormation makes one
	lower    bool   // one that it makes is in lower case
	global   bool   // one name an account, not a region
	inside   bool   // a name is of its parent: others may have it too
}

var naming = map[string]name{
	typeBucket:                                   {property: "BucketName", lower: true},
	"AWS::DynamoDB::Table":                       {property: "TableName"},
	"AWS::ECR::Repository":                       {property: "RepositoryName", lower: true},
	"AWS::RDS::DBInstance":                       {property: "DBInstanceIdentifier", lower: true},
	"AWS::RDS::DBSubnetGroup":                    {property: "DBSubnetGroupName", lower: true},
	"AWS::SecretsManager::Secret":                {property: "Name"},
	typeRole:                                     {property: "RoleName", global: true},
	"AWS::IAM::ManagedPolicy":                    {property: "ManagedPolicyName", global: true},
	"AWS::IAM::InstanceProfile":                  {property: "InstanceProfileName", global: true},
	"AWS::SNS::Topic":                            {property: "TopicName"},
	"AWS::SQS::Queue":                            {property: "QueueName"},
	"AWS::Events::Rule":                          {property: "Name"},
	"AWS::Lambda::Function":                      {property: "FunctionName"},
	"AWS::Logs::LogGroup":                        {property: "LogGroupName"},
	typeParameter:                                {property: "Name"},
	"AWS::CloudWatch::Alarm":                     {property: "AlarmName"},
	"AWS::Lambda::LayerVersion":                  {property: "LayerName"},
	"AWS::EC2::KeyPair":                          {property: "KeyName"},
	"AWS::AutoScaling::AutoScalingGroup":         {property: "AutoScalingGroupName"},
	"AWS::AutoScaling::LaunchConfiguration":      {property: "LaunchConfigurationName"},
	"AWS::ApplicationAutoScaling::ScalingPolicy": {property: "PolicyName"},
	"AWS::ECS::Cluster":                          {property: "ClusterName"},
	"AWS::ECS::TaskDefinition":                   {property: "Family"},
	"AWS::ECS::Service":                          {property: "ServiceName"},
	"AWS::StepFunctions::StateMachine":           {property: "StateMachineName"},
	"AWS::ApiGateway::Stage":                     {property: "StageName", inside: true},
	"AWS::ApiGatewayV2::Stage":                   {property: "StageName", inside: true},
	"AWS::Logs::MetricFilter":                    {property: "FilterName", inside: true},
	"AWS::Logs::SubscriptionFilter":              {property: "FilterName", inside: true},
	"AWS::Logs::LogStream":                       {property: "LogStreamName", inside: true},
	"AWS::Logs::ResourcePolicy":                  {property: "PolicyName"},
	"AWS::CloudWatch::Dashboard":                 {property: "DashboardName"},
	"AWS::CloudWatch::CompositeAlarm":            {property: "AlarmName"},
	"AWS::CloudTrail::Trail":                     {property: "TrailName"},
	"AWS::Events::EventBus":                      {property: "Name"},
	"AWS::Scheduler::Schedule":                   {property: "Name"},
	"AWS::Kinesis::Stream":                       {property: "Name"},
	"AWS::KinesisFirehose::DeliveryStream":       {property: "DeliveryStreamName"},
	"AWS::SSM::Document":                         {property: "Name"},
	"AWS::Backup::BackupVault":                   {property: "BackupVaultName"},
	"AWS::RDS::DBCluster":                        {property: "DBClusterIdentifier", lower: true},
	"AWS::RDS::DBParameterGroup":                 {property: "DBParameterGroupName", lower: true},
	"AWS::RDS::DBClusterParameterGroup":          {property: "DBClusterParameterGroupName", lower: true},
	"AWS::ElastiCache::SubnetGroup":              {property: "CacheSubnetGroupName", lower: true},
	"AWS::IAM::User":                             {property: "UserName", global: true},
	"AWS::IAM::Group":                            {property: "GroupName", global: true},
	"AWS::Route53::RecordSet":                    {inside: true},
}
