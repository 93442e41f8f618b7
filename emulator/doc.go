// Package emulator is AWS CodePipeline in one process: a Server that speaks
// its wire protocol, over a Model that behaves as the service does. It is for
// tests, simulations and demonstrations, over a listener or a net.Pipe, in
// wall time or in the virtual time of testing/synctest. Of Systems Manager it has
// Change Calendars, of S3 files that can be read.
//
//	s := emulator.New(emulator.Options{})
//	go http.ListenAndServe("127.0.0.1:4566", s)
//
//	AWS_ACCESS_KEY_ID=alice AWS_SECRET_ACCESS_KEY=any \
//	aws --endpoint-url http://127.0.0.1:4566 --region us-east-1 codepipeline list-pipelines
//
// Each behaviour below is [documented] by AWS, in the service model or in the
// API reference, or it is [assumed]: seen in answers of AWS that people have
// published, or our guess where nothing is known.
//
// # Protocol
//
// AWS JSON 1.1 at POST /, the operation in X-Amz-Target, timestamps as epoch
// seconds [documented]. An error is HTTP 400 with __type and message; a void
// operation answers 200 with an empty body [documented]. Every answer has
// x-amzn-RequestId and a Date from the model's clock.
//
// Every request is held against the rules of the service model, for all 44
// operations: required members, types, lengths, patterns, enums and ranges
// [documented]. A breach is a ValidationException that names all breaches in
// AWS's words, a wrong JSON type or no JSON at all a SerializationException
// with words of our own [assumed]. In particular [all assumed]:
//
//   - a pattern has to match the whole value;
//   - length counts characters, not the UTF-16 units of Java;
//   - a member that is null is a member that is missing;
//   - a member that the model does not know is ignored, and names are case-sensitive;
//   - of a member given twice the last counts;
//   - an integer is written without fraction and exponent;
//   - an empty body is {};
//   - action configuration values end at the 1000 characters of the model,
//     although AWS has been seen to take more;
//   - a body above 1 MiB is a RequestEntityTooLargeException, HTTP 413.
//
// An operation that does not exist, or that the emulator does not implement
// (its input is checked first), is an UnknownOperationException [assumed].
//
// # Callers
//
// Whoever holds an access key is an actor: arn:aws:iam::ACCOUNT:user/KEY, or
// what Server.Actors says. Signatures are not verified. A request without
// Authorization is a MissingAuthenticationTokenException, HTTP 403 [documented
// for the query protocol, assumed for JSON].
//
// STS GetCallerIdentity answers at the same address, in the query protocol
// [documented]; other STS actions are an InvalidAction. Requests that are signed
// for s3 are S3's: see s3.go.
//
// # Change Calendars
//
// SSM GetDocument answers with the document that was set, GetCalendarState with
// what was scripted for it: nobody here reads the document, so that a client's
// reading of it and AWS's answer stay two things. See ChangeCalendar.
//
// # Controls
//
// Below /_emulator/ nothing is AWS's, and nobody needs to sign:
//
//	GET    /_emulator/faults      the faults since the last DELETE, and how often each has fired
//	POST   /_emulator/faults      add a JSON list of faults, see Fault
//	DELETE /_emulator/faults      remove all, and let go on what hangs
//	GET    /_emulator/calls       the last 10 000 calls, see Call; ?after=SEQ only younger ones
//	GET    /_emulator/violations  answers that broke the service model: bugs of the emulator
//	PUT    /_emulator/calendars/NAME       a Change Calendar, or ARN of a shared one, as JSON
//	DELETE /_emulator/calendars/NAME
//	PUT    /_emulator/objects/BUCKET/KEY   a file in S3; the body is its content
//	DELETE /_emulator/objects/BUCKET/KEY
//
// A fault names its kind, and whom it strikes: one operation, one access key,
// so many times (count), every Nth match (every).
//
//	curl -T freeze.json localhost:4566/_emulator/calendars/freeze
//	curl -d '[{"kind":"throttle","operation":"GetPipelineState","count":3}]' localhost:4566/_emulator/faults
//
//	throttle    HTTP 400, ThrottlingException: Rate exceeded [documented]
//	denied      HTTP 400, AccessDeniedException [documented]
//	error-json  HTTP 500, InternalFailure [documented]
//	error-html  HTTP 503, a page of HTML [assumed: what load balancers do]
//	hang        no answer until the client leaves or the faults are deleted
//	drop        the connection is closed without an answer
//	stale       a read answers what it answered "by" that long ago, as far as
//	            anybody has asked; without "by", its last answer that differs
//	date        the Date header is off "by" so much, and the call goes on
//
// With "after": true error-json, error-html, hang and drop strike when the
// request has been applied: the client cannot know. A request that is refused
// before it runs, for lack of a signature or of a known operation, meets no
// fault.
package emulator
