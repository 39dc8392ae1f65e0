"""The answers to every assignment: read by the build, the hidden suites and the course's tests, never by students."""
