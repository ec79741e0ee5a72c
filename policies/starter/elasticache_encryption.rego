# METADATA
# title: A cache is encrypted
# custom:
#   id: AXLE-CACHE-1
#   fix: "Set AtRestEncryptionEnabled: true; it cannot be changed later without a new cache"
#   standards: [Security Hub ElastiCache.4]
package axle.rules.elasticache_encryption

import data.axle.lib

# Valkey is encrypted unless told otherwise.
default encrypted(_, _) := false

encrypted(_, value) if lib.is_true(value)

encrypted("valkey", null)

deny contains finding if {
	some id, properties in lib.of("AWS::ElastiCache::ReplicationGroup")
	value := object.get(properties, "AtRestEncryptionEnabled", null)
	engine := object.get(properties, "Engine", "redis")
	some finding in lib.judged(id, ["AtRestEncryptionEnabled"], value, encrypted(engine, value), "cache %s is not encrypted")
}
