# METADATA
# title: A cache lives on when a node fails
# custom:
#   id: AXLE-CACHE-3
#   fix: "Set AutomaticFailoverEnabled: true, and two nodes or more"
#   standards: [Security Hub ElastiCache.3]
package axle.rules.elasticache_failover

import data.axle.lib

says := "cache %s does not fail over"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::ElastiCache::ReplicationGroup"), ["AutomaticFailoverEnabled"], says)
