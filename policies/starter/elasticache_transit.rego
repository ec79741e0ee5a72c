# METADATA
# title: A cache speaks TLS
# custom:
#   id: AXLE-CACHE-2
#   fix: "Set TransitEncryptionEnabled: true"
#   standards: [Security Hub ElastiCache.5]
package axle.rules.elasticache_transit

import data.axle.lib

says := "cache %s is read without TLS"

warn contains finding if some finding in lib.wants_true(lib.of("AWS::ElastiCache::ReplicationGroup"), ["TransitEncryptionEnabled"], says)
