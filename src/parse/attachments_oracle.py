# SPDX-License-Identifier: EUPL-1.2
"""Counts attachments by Filo's own rule with CPython's parser, for corpus_test.c: named, or disposition attachment, or
neither text/plain nor text/html; a nested message is one and is not looked into. Prints "count<TAB>file" lines."""
import email
import sys


def leaves(part):
    if part.get_content_maintype() == 'multipart' and isinstance(part.get_payload(), list):
        for child in part.get_payload():
            yield from leaves(child)
    elif part.get_content_maintype() != 'multipart':
        yield part


def is_attachment(part):
    named = part.get_filename() is not None
    return named or part.get_content_disposition() == 'attachment' or part.get_content_type() not in ('text/plain', 'text/html')


for name in sys.stdin.read().split('\n'):
    if name:
        with open(name, 'rb') as file:
            message = email.message_from_binary_file(file)
        print(sum(map(is_attachment, leaves(message))), name, sep='\t')
