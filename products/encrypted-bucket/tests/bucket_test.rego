# What the template must say, before anything is made. Ref of a resource reads "${Bucket}",
# GetAtt "${Bucket.Arn}".
package bucket_test

resources := data.template.Resources

bucket := resources.Bucket.Properties

test_encrypted_with_its_own_key if {
	some rule in bucket.BucketEncryption.ServerSideEncryptionConfiguration
	rule.ServerSideEncryptionByDefault == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "${Key.Arn}"}
	rule.BucketKeyEnabled
}

test_every_bucket_refuses_public_access if {
	buckets := [r.Properties | some r in resources; r.Type == "AWS::S3::Bucket"]
	count(buckets) == 2
	every b in buckets {
		b.PublicAccessBlockConfiguration == {
			"BlockPublicAcls": true,
			"BlockPublicPolicy": true,
			"IgnorePublicAcls": true,
			"RestrictPublicBuckets": true,
		}
	}
}

test_keeps_old_versions_as_long_as_asked if {
	bucket.VersioningConfiguration.Status == "Enabled"
	some rule in bucket.LifecycleConfiguration.Rules
	to_number(rule.NoncurrentVersionExpiration.NoncurrentDays) == 90
}

test_access_is_logged if {
	bucket.LoggingConfiguration.DestinationBucketName == "${LogBucket}"
	some statement in resources.LogBucketPolicy.Properties.PolicyDocument.Statement
	statement.Principal.Service == "logging.s3.amazonaws.com"
	statement.Resource == "${LogBucket.Arn}/access/*"
}

test_plain_http_is_refused if {
	every name in ["BucketPolicy", "LogBucketPolicy"] {
		some statement in resources[name].Properties.PolicyDocument.Statement
		statement.Effect == "Deny"
		statement.Principal == "*"
		statement.Condition.Bool["aws:SecureTransport"] == "false"
	}
}

test_says_what_others_need if {
	object.keys(data.template.Outputs) == {"BucketName", "BucketArn", "KeyArn", "LogBucketName"}
}
