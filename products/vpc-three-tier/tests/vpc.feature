# The same product as vpc_test.rego, in words; docs/unit-tests.md has the steps.
@network
Feature: A network of three tiers

  Scenario Outline: <kind> are as many as two zones need
    Then there are <count> resources of type "<kind>"

    Examples:
      | kind                                  | count |
      | AWS::EC2::Subnet                      | 6     |
      | AWS::EC2::RouteTable                  | 3     |
      | AWS::EC2::SubnetRouteTableAssociation | 6     |
      | AWS::EC2::Route                       | 2     |
      | AWS::EC2::NatGateway                  | 1     |

  Scenario: nothing gets a public address by itself
    Then every resource of type "AWS::EC2::Subnet" has the property "MapPublicIpOnLaunch" as "false"
    And every resource of type "AWS::EC2::Subnet" has the property "VpcId" as "${Vpc}"

  @routes
  Scenario Outline: the <tier> tier goes out by the <way>
    Then the resource "<tier>Route" has
      | path                 | value               |
      | DestinationCidrBlock | 0.0.0.0/0           |
      | RouteTableId         | ${<tier>RouteTable} |
      | <property>           | ${<way>}            |
    And the property "RouteTableId" of "<tier>SubnetARoutes" is "${<tier>RouteTable}"
    And the property "RouteTableId" of "<tier>SubnetBRoutes" is "${<tier>RouteTable}"

    Examples:
      | tier   | property     | way             |
      | Public | GatewayId    | InternetGateway |
      | App    | NatGatewayId | NatGateway      |

  @routes
  Scenario: the data tier has no way out
    Then there is no resource "DataRoute"
    And the property "RouteTableId" of "DataSubnetARoutes" is "${DataRouteTable}"
    And the property "RouteTableId" of "DataSubnetBRoutes" is "${DataRouteTable}"

  @routes
  Scenario: the gateways are where traffic can reach them
    Then there is a resource "InternetGateway" of type "AWS::EC2::InternetGateway"
    And the property "InternetGatewayId" of "InternetGatewayAttachment" is "${InternetGateway}"
    And the property "Domain" of "NatAddress" is "vpc"
    And the property "SubnetId" of "NatGateway" is "${PublicSubnetA}"
    And the property "AllocationId" of "NatGateway" is "${NatAddress.AllocationId}"
    And the property "RouteTableIds" of "S3Endpoint" contains "${DataRouteTable}"

  Rule: subnets are cut from the address plan

    Scenario Outline: <subnet> of <plan>
      Given the parameter "VpcCidr" is "<plan>"
      Then the property "CidrBlock" of "Vpc" is "<plan>"
      And the property "CidrBlock" of "<subnet>" is "<block>"

      Examples:
        | plan         | subnet        | block        |
        | 10.0.0.0/20  | PublicSubnetA | 10.0.0.0/24  |
        | 10.0.0.0/20  | DataSubnetB   | 10.0.5.0/24  |
        | 10.0.16.0/20 | AppSubnetA    | 10.0.18.0/24 |
        | 10.0.32.0/20 | PublicSubnetB | 10.0.33.0/24 |

  @audit
  Scenario: all traffic is logged, by a role for nothing else
    Then the resource "FlowLog" has
      | path                     | value              |
      | ResourceId               | ${Vpc}             |
      | TrafficType              | ALL                |
      | LogGroupName             | ${FlowLogGroup}    |
      | DeliverLogsPermissionArn | ${FlowLogRole.Arn} |
    And the property "AssumeRolePolicyDocument.Statement.0.Principal.Service" of "FlowLogRole" is "vpc-flow-logs.amazonaws.com"

  @audit
  Scenario Outline: flow logs are kept <days> days
    Given the parameter "FlowLogDays" is "<days>"
    Then the property "RetentionInDays" of "FlowLogGroup" is "<days>"

    Examples:
      | days |
      | 30   |
      | 731  |

  Scenario Outline: others learn <output>
    Then the output "<output>" is "<value>"

    Examples:
      | output          | value                             |
      | VpcId           | ${Vpc}                            |
      | PublicSubnetIds | ${PublicSubnetA},${PublicSubnetB} |
      | DataSubnetIds   | ${DataSubnetA},${DataSubnetB}     |
