# The same product as queue_test.rego, in words; docs/unit-tests.md has the steps.
@messaging
Feature: A queue that sets failures aside

  @encryption
  Scenario: everything is encrypted with the product's own key
    Then there are 2 resources of type "AWS::SQS::Queue"
    And every resource of type "AWS::SQS::Queue" has the property "KmsMasterKeyId" as "${Key.Arn}"
    And the property "EnableKeyRotation" of "Key" is "true"

  Scenario: a message that fails is set aside, and kept the longest there is
    Then the resource "Queue" has
      | path                              | value                  |
      | RedrivePolicy.deadLetterTargetArn | ${DeadLetterQueue.Arn} |
      | RedrivePolicy.maxReceiveCount     | 5                      |
    And the property "MessageRetentionPeriod" of "DeadLetterQueue" is "1209600"
    And the resource "DeadLetterQueue" has no property "RedrivePolicy"

  Scenario Outline: a message is tried <tries> times
    Given the parameter "MaxReceiveCount" is "<tries>"
    Then the property "RedrivePolicy.maxReceiveCount" of "Queue" is "<tries>"

    Examples:
      | tries |
      | 1     |
      | 1000  |

  @access
  Scenario: plain HTTP is refused by both
    Then the property "Queues" of "QueuePolicy" contains "${Queue}"
    And the property "Queues" of "QueuePolicy" contains "${DeadLetterQueue}"
    And the property "PolicyDocument.Statement.0.Effect" of "QueuePolicy" is "Deny"
    And the property "PolicyDocument.Statement.0.Condition.Bool.aws:SecureTransport" of "QueuePolicy" is "false"

  Rule: somebody is told, where there is somebody to tell

    Scenario: nobody, if nothing is said
      Then the condition "HasAlarmTopic" is false
      And the resource "SetAsideAlarm" has no property "AlarmActions"

    Scenario: a topic that was given
      Given the parameter "AlarmTopicArn" is "arn:aws:sns:eu-west-1:111111111111:alarms"
      Then the condition "HasAlarmTopic" is true
      And the property "AlarmActions" of "SetAsideAlarm" contains "arn:aws:sns:eu-west-1:111111111111:alarms"

  Scenario Outline: others learn <output>
    Then the output "<output>" is "<value>"

    Examples:
      | output             | value              |
      | QueueUrl           | ${Queue}           |
      | QueueArn           | ${Queue.Arn}       |
      | DeadLetterQueueUrl | ${DeadLetterQueue} |
      | KeyArn             | ${Key.Arn}         |
