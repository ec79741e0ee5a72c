package policies

import (
	"slices"
	"strings"

	"github.com/axle-cd/axle/document"
	"github.com/axle-cd/axle/products/cfn"
)

// judgedPublic are the resource policies that a starter rule keeps from the public.
var judgedPublic = []string{"AWS::S3::Bucket", "AWS::S3::AccessPoint", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::KMS::Key"}

// principals are none in an identity policy, and well-formed elsewhere.
func (j *policyJudge) principals(s *document.Node, allow bool) {
	who, not := s.Get("Principal"), s.Get("NotPrincipal")
	switch {
	case j.doc.Kind == cfn.IdentityPolicy:
		if who != nil || not != nil {
			j.fail(PolicyPrincipal, s, "an identity policy names no principal: it is whoever has it", "remove Principal")
		}
		return
	case who == nil && not == nil:
		j.fail(PolicyPrincipal, s, "the statement names no Principal", "say whom it is about")
		return
	case not != nil && allow:
		j.fail(PolicyPrincipal, not, "Allow with NotPrincipal lets everybody else in, without signing too", "name those who may, with Principal")
	}
	public := false
	for _, n := range cfn.Branches(who) {
		public = j.principal(n) || public
	}
	if public && allow && s.Get("Condition") == nil && j.doc.Kind == cfn.ResourcePolicy && !slices.Contains(judgedPublic, j.doc.Type) {
		j.fail(PolicyPublic, who, "everybody may use "+j.doc.Resource, "name the accounts or roles, or add a condition as aws:PrincipalOrgID")
	}
}

// principal judges a Principal element, and says whether everybody is one.
func (j *policyJudge) principal(n *document.Node) (public bool) {
	if !mapping(n) {
		if all := j.t.Patterns(n); n.Kind == document.Text && !slices.Equal(all, []string{"*"}) {
			j.fail(PolicyPrincipal, n, "Principal is * or a mapping", "write Principal: { AWS: … } or { Service: … }")
		}
		return n.Value == "*"
	}
	kinds := []string{"AWS", "Service", "Federated", "CanonicalUser"}
	for _, p := range n.Pairs {
		if !slices.Contains(kinds, p.Key.Value) {
			j.fail(PolicyPrincipal, p.Key, "IAM knows no principal "+p.Key.Value, document.DidYouMean(p.Key.Value, kinds))
		}
		for _, item := range cfn.Items(p.Value) {
			for _, name := range j.t.Patterns(item) {
				public = public || p.Key.Value == "AWS" && item.Value == "*"
				j.named(item, p.Key.Value, name)
			}
		}
	}
	return public
}

// named judges the form of one principal. What only a launch knows begins with a star.
func (j *policyJudge) named(n *document.Node, kind, name string) {
	switch {
	case strings.HasPrefix(name, "*") || strings.HasPrefix(name, "${") && name != "${AWS::AccountId}":
	case kind == "Service" && !serviceForm.MatchString(name):
		j.fail(PolicyPrincipal, n, name+" is no service principal", "write it as lambda.amazonaws.com")
	case kind == "AWS" && !accountForm.MatchString(name) && !strings.HasPrefix(name, "arn:") && !strings.HasPrefix(name, "AIDA") && !strings.HasPrefix(name, "AROA"):
		j.fail(PolicyPrincipal, n, document.Printable(name)+" is neither an account nor an ARN", "write the 12 digits in quotes, or arn:${AWS::Partition}:iam::account:role/name")
	case kind == "AWS" && strings.HasPrefix(name, "arn:") && n.Kind == document.Text && strings.Contains(name, "*"):
		j.fail(PolicyPrincipal, n, "a principal has no wildcard in its ARN: "+document.Printable(name), "name it, or use Principal * with a condition on aws:PrincipalArn")
	}
}

// iamServices are prefixes of IAM's actions, besides those of the table of calls.
var iamServices = strings.Fields(`access-analyzer account acm acm-pca airflow amplify aoss apigateway app-integrations appconfig appflow application-autoscaling
 applicationinsights appmesh apprunner appstream appsync aps artifact athena auditmanager autoscaling autoscaling-plans aws-marketplace aws-portal backup
 backup-gateway backup-storage batch bcm-data-exports bedrock bedrock-agentcore billing braket budgets cassandra ce chatbot chime cleanrooms cloud9 clouddirectory cloudformation
 cloudfront cloudfront-keyvaluestore cloudhsm cloudsearch cloudshell cloudtrail cloudtrail-data cloudwatch codeartifact codebuild codecatalyst codecommit codeconnections
 codedeploy codeguru codeguru-profiler codeguru-reviewer codepipeline codestar codestar-connections codestar-notifications cognito-identity cognito-idp
 cognito-sync comprehend comprehendmedical compute-optimizer config connect consolidatedbilling controltower cur databrew dataexchange datapipeline datasync
 datazone dax deadline detective devicefarm devops-guru directconnect discovery dlm dms docdb-elastic drs ds ds-data dsql dynamodb ebs ec2 ec2-instance-connect
 ec2messages ecr ecr-public ecs eks eks-auth elasticache elasticbeanstalk elasticfilesystem elasticloadbalancing elasticmapreduce elastictranscoder
 emr-containers emr-serverless entityresolution es events evidently execute-api finspace firehose fis fms forecast frauddetector freetier fsx gamelift geo
 glacier globalaccelerator glue grafana greengrass groundstation guardduty health healthlake iam identitystore imagebuilder importexport inspector inspector2
 internetmonitor invoicing iot iotanalytics iotevents iotfleetwise iotsitewise iottwinmaker iotwireless ivs ivschat kafka kafka-cluster kafkaconnect kendra
 kinesis kinesisanalytics kinesisvideo kms lakeformation lambda launchwizard lex license-manager lightsail logs lookoutmetrics lookoutvision m2 macie2
 managedblockchain mediaconnect mediaconvert medialive mediapackage mediapackagev2 mediastore mediatailor medical-imaging memorydb mgh mgn mobiletargeting mq
 neptune-db neptune-graph network-firewall networkmanager networkmonitor notifications oam omics opensearch opsworks organizations osis outposts payment-cryptography
 payments personalize pi pipes polly pricing private-networks profile proton purchase-orders q qbusiness qldb quicksight ram rbin rds rds-data rds-db
 redshift redshift-data redshift-serverless refactor-spaces rekognition resiliencehub resource-explorer-2 resource-groups robomaker rolesanywhere route53
 route53-recovery-cluster route53-recovery-control-config route53-recovery-readiness route53domains route53profiles route53resolver rum s3 s3-object-lambda s3-outposts
 s3express s3tables s3vectors sagemaker savingsplans scheduler schemas sdb secretsmanager securityhub securitylake serverlessrepo servicecatalog servicediscovery
 servicequotas ses shield signer sms sms-voice snowball sns sqs ssm ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap ssmmessages sso sso-directory sso-oauth
 states storagegateway sts support sustainability swf synthetics tag tax textract timestream timestream-influxdb tiros transcribe transfer translate trustedadvisor
 user-subscriptions verifiedpermissions vpc-lattice vpce waf waf-regional wafv2 wam wellarchitected wisdom workdocs workmail workspaces workspaces-web xray`)
