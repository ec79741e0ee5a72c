# What must be true of a stack that was made: its outputs, and the properties that
# CloudFormation recorded for its resources. Booleans may be recorded as text.
package integration

test_outputs_name_what_was_made if {
	input.outputs.BucketName == input.resources.Bucket.physical_id
	input.outputs.LogBucketName == input.resources.LogBucket.physical_id
	endswith(input.outputs.BucketArn, input.outputs.BucketName)
	contains(input.outputs.KeyArn, concat("", [":kms:", input.region, ":"]))
}

test_encrypted_with_the_key_of_this_stack if {
	some rule in input.resources.Bucket.properties.BucketEncryption.ServerSideEncryptionConfiguration
	rule.ServerSideEncryptionByDefault.SSEAlgorithm == "aws:kms"
	rule.ServerSideEncryptionByDefault.KMSMasterKeyID == input.outputs.KeyArn
}

test_no_public_access if {
	every id in ["Bucket", "LogBucket"] {
		every setting in input.resources[id].properties.PublicAccessBlockConfiguration {
			sprintf("%v", [setting]) == "true"
		}
	}
}

test_logs_go_to_the_log_bucket if {
	input.resources.Bucket.properties.LoggingConfiguration.DestinationBucketName == input.outputs.LogBucketName
}

test_everything_is_complete if {
	count(input.resources) == 5
	every resource in input.resources {
		resource.status == "CREATE_COMPLETE"
	}
}
