# METADATA
# title: A cache is backed up
# custom:
#   id: AXLE-CACHE-4
#   fix: "Set SnapshotRetentionLimit: 1 or more"
#   standards: [Security Hub ElastiCache.1]
package axle.rules.elasticache_backup

import data.axle.lib

says := "cache %s is not backed up"

warn contains finding if some finding in lib.wants_at_least(lib.of("AWS::ElastiCache::ReplicationGroup"), ["SnapshotRetentionLimit"], 1, says)
