// Package products is what is published: product.yaml, the digest of all that a version
// is made of, and which version number a change of its template needs.
package products
