// Package secondopinion asks other programs' libraries what they make of what we
// take for proved: they may see less in it, and never something else.
//
// It is a module of its own, so that go.mod lists what the product and its
// ordinary tests need, and not what mox brings along. .ci/run runs it.
package secondopinion
