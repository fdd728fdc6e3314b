// Package passwords hashes passwords, checks them, and says which new ones are too easy to
// guess. It knows neither users nor databases: whoever has them stores the strings that it
// makes.
//
//	hasher := passwords.New(passwords.Config{})
//	encoded, err := hasher.Hash(ctx, password)             // stored with the user
//	ok, upgrade, err := hasher.Check(ctx, encoded, password)
//
// A log-in of a user who does not exist calls [Hasher.Burn], so that it costs what a wrong
// password costs. A new password passes [Rules.Check] before it is hashed.
//
// # Hashes
//
// New hashes are argon2id (RFC 9106) with 19 MiB, two passes and one lane, which OWASP
// recommends as the least, in the PHC format:
//
//	$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH
//
// [Hasher.Check] also reads the formats of Django: pbkdf2_sha256, pbkdf2_sha1, argon2,
// bcrypt_sha256, bcrypt, scrypt, md5 and sha1. What Django calls unusable, which begins with an
// exclamation mark, and an empty string match no password.
//
// # Memory
//
// A computation takes slots of 20 MiB ([SlotMemory]), and waits until they are free: with the
// default, one for each processor and at most four, 100 log-ins at once need the memory of two hashes on a
// machine with two. At most 200 wait. One that has waited for 10 seconds is refused, and so is at
// once one that finds 200 waiting: the error is of kind [fault.Unavailable], and says to try again
// after 10 seconds. Once started, a computation keeps its slots
// until it ends, also when the client has gone.
//
// # What still differs
//
// A wrong password costs as much as a user who does not exist if the stored hash has today's
// algorithm and parameters, or is a fast one (md5, sha1). Old hashes of other algorithms cost
// more or less time until their users have logged in once. [Config.Format] has the same cost
// for all.
package passwords
