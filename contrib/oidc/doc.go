// Package oidc lets people log in with other services, by OpenID Connect.
package oidc
