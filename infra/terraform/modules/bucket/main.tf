# A private bucket. S3 encrypts what it holds, and refuses access lists, by itself.

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18: its few readers are roles of this stage, whose every call CloudTrail can show
  # checkov:skip=CKV_AWS_21: each object is written once under a name of its own
  # checkov:skip=CKV_AWS_144: nothing here is the only copy of anything that matters in another region
  # checkov:skip=CKV_AWS_145: encrypted by the key that S3 owns, for nothing; a key of one's own bills by the request
  # checkov:skip=CKV2_AWS_61: what lies here is taken away by whoever put it in or worked it off; no clock may lose an event
  # checkov:skip=CKV2_AWS_62: nobody waits for objects to come: the sweep looks each minute

  bucket        = var.name
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
