# What must be true of a stack that was made. Numbers and booleans may be recorded as text.
package integration

queue := input.resources.Queue

dead_letters := input.resources.DeadLetterQueue

test_outputs_name_what_was_made if {
	input.outputs.QueueUrl == queue.physical_id
	input.outputs.DeadLetterQueueUrl == dead_letters.physical_id
	input.outputs.QueueUrl != input.outputs.DeadLetterQueueUrl
	startswith(input.outputs.QueueArn, "arn:")
}

test_both_use_the_key_of_this_stack if {
	queue.properties.KmsMasterKeyId == input.outputs.KeyArn
	dead_letters.properties.KmsMasterKeyId == input.outputs.KeyArn
}

test_redrive_goes_to_the_dead_letter_queue if {
	name := split(dead_letters.physical_id, "/")
	endswith(queue.properties.RedrivePolicy.deadLetterTargetArn, name[count(name) - 1])
}

test_everything_is_complete if {
	count(input.resources) == 5
	every resource in input.resources {
		resource.status == "CREATE_COMPLETE"
	}
}
