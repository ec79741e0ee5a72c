# The same product as bucket_test.rego, in words; docs/unit-tests.md has the steps.
@storage
Feature: A bucket that keeps its data to itself

  Scenario: what it is made of
    Then there are 2 resources of type "AWS::S3::Bucket"
    And there is a resource "Key" of type "AWS::KMS::Key"
    And there is no resource "Topic"

  @encryption
  Scenario: data is encrypted with the product's own key
    Then the property "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm" of "Bucket" is "aws:kms"
    And the property "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.KMSMasterKeyID" of "Bucket" is "${Key.Arn}"
    And the property "EnableKeyRotation" of "Key" is "true"

  @access
  Scenario Outline: <bucket> is closed to the public
    Then the resource "<bucket>" has
      | path                                                 | value               |
      | PublicAccessBlockConfiguration.BlockPublicAcls       | true                |
      | PublicAccessBlockConfiguration.BlockPublicPolicy     | true                |
      | PublicAccessBlockConfiguration.IgnorePublicAcls      | true                |
      | PublicAccessBlockConfiguration.RestrictPublicBuckets | true                |
      | OwnershipControls.Rules.0.ObjectOwnership            | BucketOwnerEnforced |
    And the resource "<bucket>" has no property "AccessControl"

    Examples:
      | bucket    |
      | Bucket    |
      | LogBucket |

  @access
  Scenario Outline: <policy> refuses plain HTTP
    Then the resource "<policy>" has
      | path                                                         | value |
      | PolicyDocument.Statement.0.Effect                            | Deny  |
      | PolicyDocument.Statement.0.Principal                         | *     |
      | PolicyDocument.Statement.0.Condition.Bool.aws:SecureTransport | false |

    Examples:
      | policy          |
      | BucketPolicy    |
      | LogBucketPolicy |

  Scenario: access is logged, where the service alone may write
    Then the property "LoggingConfiguration.DestinationBucketName" of "Bucket" is "${LogBucket}"
    And the property "PolicyDocument.Statement.1.Principal.Service" of "LogBucketPolicy" is "logging.s3.amazonaws.com"

  Rule: old versions go when the builder says

    Scenario: after 90 days, if nothing is said
      Then the parameter "OldVersionDays" has the default "90"
      And every resource of type "AWS::S3::Bucket" has the property "VersioningConfiguration.Status" as "Enabled"
      And the property "LifecycleConfiguration.Rules.0.NoncurrentVersionExpiration.NoncurrentDays" of "Bucket" is "90"

    Scenario Outline: after <days> days
      Given the parameter "OldVersionDays" is "<days>"
      Then the property "LifecycleConfiguration.Rules.0.NoncurrentVersionExpiration.NoncurrentDays" of "Bucket" is "<days>"

      Examples: the least, a usual one, the most
        | days |
        | 1    |
        | 30   |
        | 3650 |

  Scenario Outline: others learn <output>
    Then the output "<output>" is "<value>"

    Examples:
      | output        | value         |
      | BucketName    | ${Bucket}     |
      | BucketArn     | ${Bucket.Arn} |
      | KeyArn        | ${Key.Arn}    |
      | LogBucketName | ${LogBucket}  |
