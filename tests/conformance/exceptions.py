"""The expressions of the corpus that we do not compute as Terraform does, each with the reason."""

EXCEPTIONS = {
    "fn-base64-014": "cuts a piece out of base64gzip's result; the bytes that Go's compressor writes are Go's own",
}
