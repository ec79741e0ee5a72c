# The same product, said in Gherkin: docs/unit-tests.md has the steps.
Feature: A queue that sets failures aside
  Scenario: everything is encrypted with the product's own key
    Then every resource of type "AWS::SQS::Queue" has the property "KmsMasterKeyId" as "${Key.Arn}"
    And the property "EnableKeyRotation" of "Key" is "true"

  Scenario Outline: others learn the <what>
    Then the output "<what>" exists
    Examples:
      | what               |
      | QueueUrl           |
      | QueueArn           |
      | DeadLetterQueueUrl |
