"""Serve OSS (2019-05-17), as far as replication between buckets needs it.

A bucket is a folder, and an object in it a file.
"""
