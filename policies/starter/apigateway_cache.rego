# METADATA
# title: A REST API's cache is encrypted
# custom:
#   id: AXLE-API-6
#   fix: "Set CacheDataEncrypted: true beside CachingEnabled: true"
#   standards: [Security Hub APIGateway.5]
package axle.rules.apigateway_cache

import data.axle.lib

says := "the cache of stage %s is not encrypted"

warn contains finding if {
	some member in lib.members(lib.of("AWS::ApiGateway::Stage"), ["MethodSettings"])
	caching := lib.at(member.value, ["CachingEnabled"])
	lib.given(caching)
	value := lib.at(member.value, ["CacheDataEncrypted"])
	some finding in lib.judged_at(member, ["CacheDataEncrypted"], value, lib.is_true(value), sprintf(says, [member.id]))
}
