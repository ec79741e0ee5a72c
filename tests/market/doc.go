// Package market keeps two organizations' marketplaces by the built binary, over a port, while
// boto3 is everybody else: it sets the scene, and says what AWS has in the end.
package market
