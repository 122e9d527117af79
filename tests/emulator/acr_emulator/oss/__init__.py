"""Serve OSS (2019-05-17), as far as replication between buckets needs it; a bucket is a folder of files."""
