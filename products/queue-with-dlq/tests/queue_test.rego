# What the template must say, before anything is made. GetAtt of a resource reads "${Key.Arn}".
package queue_test

resources := data.template.Resources

queue := resources.Queue.Properties

dead_letters := resources.DeadLetterQueue.Properties

test_both_queues_are_encrypted_with_the_key if {
	queues := [r.Properties | some r in resources; r.Type == "AWS::SQS::Queue"]
	count(queues) == 2
	every q in queues {
		q.KmsMasterKeyId == "${Key.Arn}"
	}
}

test_failed_messages_are_set_aside if {
	queue.RedrivePolicy.deadLetterTargetArn == "${DeadLetterQueue.Arn}"
	to_number(queue.RedrivePolicy.maxReceiveCount) == 5
}

test_dead_letters_are_kept_longer if dead_letters.MessageRetentionPeriod > queue.MessageRetentionPeriod

test_set_aside_messages_raise_an_alarm if {
	alarm := resources.SetAsideAlarm.Properties
	alarm.Dimensions == [{"Name": "QueueName", "Value": "${DeadLetterQueue.QueueName}"}]
	alarm.Threshold == 0
	alarm.ComparisonOperator == "GreaterThanThreshold"
}

test_no_alarm_topic_unless_asked_for if {
	data.template.Conditions.HasAlarmTopic == false
	object.get(resources.SetAsideAlarm.Properties, "AlarmActions", null) == null
}

test_plain_http_is_refused_by_both if {
	resources.QueuePolicy.Properties.Queues == ["${Queue}", "${DeadLetterQueue}"]
	some statement in resources.QueuePolicy.Properties.PolicyDocument.Statement
	statement.Effect == "Deny"
	statement.Condition.Bool["aws:SecureTransport"] == "false"
}
