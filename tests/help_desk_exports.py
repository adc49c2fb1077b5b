"""A small ticket of each help desk, as its API answers: what the tests of their readers share. Written for them."""

from __future__ import annotations

from typing import Any

ZENDESK: dict[str, Any] = {
    "ticket": {
        "id": 4711,
        "url": "https://example.zendesk.com/api/v2/tickets/4711.json",
        "via": {"channel": "email", "source": {"from": {"address": "jana@example.com"}, "rel": None}},
        "created_at": "2024-05-01T08:00:00Z",
        "updated_at": "2024-05-02T09:30:00Z",
        "type": "question",
        "subject": "Invoice missing",
        "raw_subject": "Invoice missing",
        "description": "Where is my invoice?",
        "priority": "high",
        "status": "hold",
        "requester_id": 11,
        "submitter_id": 11,
        "assignee_id": 22,
        "group_id": 7,
        "brand_id": 1,
        "tags": ["billing", "mystery_call"],
        "custom_fields": [{"id": 1, "value": "EU"}],
        "satisfaction_rating": {"score": "good", "comment": "Quick!"},
    },
    "comments": [
        {
            "id": 101,
            "type": "Comment",
            "author_id": 11,
            "body": "Where is my invoice?",
            "html_body": "<div>Where is <b>my</b> invoice?</div>",
            "plain_body": "Where is my invoice?",
            "public": True,
            "attachments": [{"id": 5, "file_name": "order.pdf", "content_type": "application/pdf", "size": 9}],
            "audit_id": 201,
            "via": {"channel": "email"},
            "created_at": "2024-05-01T08:00:00Z",
        },
        {
            "id": 102,
            "type": "Comment",
            "author_id": 23,
            "plain_body": "Sales has it, handing over.",
            "public": False,
            "attachments": [],
            "audit_id": 202,
            "created_at": "2024-05-01T08:20:00Z",
        },
        {
            "id": 103,
            "type": "Comment",
            "author_id": 22,
            "html_body": "<p>Here it is.</p><blockquote>Where is my invoice?</blockquote>",
            "public": True,
            "attachments": [],
            "audit_id": 203,
            "created_at": "2024-05-01T08:30:00Z",
        },
    ],
    "audits": [
        {
            "id": 201,
            "ticket_id": 4711,
            "author_id": 11,
            "created_at": "2024-05-01T08:00:00Z",
            "events": [
                {"id": 1, "type": "Comment", "body": "Where is my invoice?", "public": True},
                {"id": 2, "type": "Create", "field_name": "status", "value": "new"},
                {"id": 3, "type": "Create", "field_name": "group_id", "value": "6"},
                {"id": 4, "type": "Notification", "subject": "Received", "body": "Thank you", "recipients": [11]},
            ],
        },
        {
            "id": 202,
            "ticket_id": 4711,
            "author_id": 23,
            "created_at": "2024-05-01T08:20:00Z",
            "events": [
                {"id": 5, "type": "Change", "field_name": "group_id", "value": "7", "previous_value": "6"},
                {"id": 6, "type": "Change", "field_name": "assignee_id", "value": "22", "previous_value": None},
            ],
        },
        {
            "id": 203,
            "ticket_id": 4711,
            "author_id": 22,
            "created_at": "2024-05-01T08:30:00Z",
            "events": [{"id": 7, "type": "Change", "field_name": "status", "value": "solved", "previous_value": "new"}],
        },
        {
            "id": 204,
            "ticket_id": 4711,
            "author_id": -1,
            "created_at": "2024-05-02T09:30:00Z",
            "events": [
                {"id": 8, "type": "Change", "field_name": "status", "value": "hold", "previous_value": "solved"},
                {"id": 9, "type": "SatisfactionRating", "score": "good", "body": "Quick!", "assignee_id": 22},
            ],
        },
    ],
    "users": [
        {"id": 11, "name": "Jana", "email": "jana@example.com", "role": "end-user"},
        {"id": 22, "name": "Bob", "email": "bob@example.org", "role": "agent"},
        {"id": 23, "name": "Eva", "email": "eva@example.org", "role": "admin"},
    ],
    "groups": [{"id": 6, "name": "Front"}, {"id": 7, "name": "Sales"}],
    "metric_set": {
        "ticket_id": 4711,
        "reopens": 1,
        "replies": 1,
        "assignee_stations": 1,
        "group_stations": 2,
        "solved_at": "2024-05-01T08:30:00Z",
        "reply_time_in_minutes": {"calendar": 30, "business": 0},
    },
}

ZENDESK_EVENTS: dict[str, Any] = {
    "ticket_events": [
        {
            "id": 301,
            "ticket_id": 12,
            "timestamp": 1714550400,
            "updater_id": 11,
            "child_events": [
                {"id": 1, "event_type": "Create", "status": "new", "group_id": 6, "requester_id": 11},
                {"id": 2, "event_type": "Comment", "author_id": 11, "body": "Hello?", "public": True},
            ],
        },
        {
            "id": 302,
            "ticket_id": 12,
            "timestamp": 1714550460,
            "updater_id": 22,
            "child_events": [
                {"id": 3, "event_type": "Change", "assignee_id": 22, "previous_value": 21},
                {"id": 4, "event_type": "Comment", "author_id": 22, "body": "Good day.", "public": True},
            ],
        },
    ],
    "count": 2,
    "end_of_stream": True,
}

HELP_DESKS: dict[str, Any] = {
    "zendesk": ZENDESK,
    "zendesk (events)": ZENDESK_EVENTS,
}
