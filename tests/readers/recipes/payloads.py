"""A small export of each service that a recipe reads, in the shape its documentation gives, and what is in it.

Expected turns are (role, kind, what the text is or begins with), in order; `at` and `start` are those of the first
turn that has one. All people and words are invented.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """An export, and what is in it."""

    recipe: str
    data: Any
    turns: list[tuple[str, str, str]]
    at: str | None = None
    start: float | None = None
    conversations: int = 1
    channel: str | None = None
    id: str | None = None


LATE, LOOK = "Where is order 7?", "I am checking that."
PAIR = [("customer", "message", LATE), ("agent", "message", LOOK)]
WITH_BOT = [("customer", "message", LATE), ("bot", "message", LOOK)]
UNKNOWN = [("unknown", "message", LOOK), ("unknown", "message", LATE)]
EIGHT = "2026-03-02T08:00:00+00:00"
EIGHT_MS = 1772438400000  # 2026-03-02T08:00:00Z: 20514 days after 1970 are 1772409600 s, and 8 hours 28800 s

ZENDESK_CHAT = {
    "id": "2603.x",
    "type": "chat",
    "timestamp": "2026-03-02T08:00:00Z",
    "visitor": {"id": "v1", "name": "Mia", "email": "mia@example.org", "notes": ""},
    "department_name": "Parcels",
    "tags": ["late"],
    "history": [
        {"type": "chat.memberjoin", "name": "Mia", "nick": "visitor:v1", "timestamp": "2026-03-02T08:00:00Z"},
        {"type": "chat.msg", "name": "Mia", "nick": "visitor:v1", "msg": LATE, "timestamp": "2026-03-02T08:00:01Z"},
        {"type": "chat.msg", "name": "Bot", "nick": "agent:trigger", "msg": "Hi", "timestamp": "2026-03-02T08:00:02Z"},
        {"type": "chat.msg", "name": "Leo", "nick": "agent:17", "msg": LOOK, "timestamp": "2026-03-02T08:00:09Z"},
        {"type": "chat.rating", "nick": "visitor:v1", "new_rating": "good", "timestamp": "2026-03-02T08:01:00Z"},
    ],
}
HUBSPOT = {
    "results": [
        {
            "id": "3",
            "type": "COMMENT",
            "conversationsThreadId": "55",
            "createdAt": "2026-03-02T08:02:00Z",
            "createdBy": "A-9",
            "senders": [{"actorId": "A-9", "name": "Leo"}],
            "text": "vip",
        },
        {
            "id": "2",
            "type": "MESSAGE",
            "conversationsThreadId": "55",
            "createdAt": "2026-03-02T08:01:00Z",
            "createdBy": "A-9",
            "senders": [{"actorId": "A-9", "name": "Leo"}],
            "direction": "OUTGOING",
            "channelId": "1000",
            "text": LOOK,
            "richText": f"<p>{LOOK}</p>",
        },
        {
            "id": "1",
            "type": "MESSAGE",
            "conversationsThreadId": "55",
            "createdAt": "2026-03-02T08:00:00Z",
            "createdBy": "V-4",
            "senders": [{"actorId": "V-4", "name": "Mia"}],
            "direction": "INCOMING",
            "text": LATE,
        },
        {
            "id": "0",
            "type": "THREAD_STATUS_CHANGE",
            "conversationsThreadId": "55",
            "createdBy": "S-hubspot",
            "createdAt": "2026-03-02T08:03:00Z",
            "newStatus": "CLOSED",
        },
    ],
    "paging": {"next": {"after": "x"}},
}
FRONT = {
    "_pagination": {"next": None},
    "_links": {"self": "https://example.org"},
    "_results": [
        {
            "id": "msg_2",
            "type": "email",
            "is_inbound": False,
            "created_at": 1772438460.5,
            "subject": "Re: Order",
            "author": {"id": "tea_1", "email": "leo@shop.example", "username": "leo"},
            "body": f"<p>{LOOK}</p>",
            "text": LOOK,
            "recipients": [{"handle": "leo@shop.example", "role": "from"}],
        },
        {
            "id": "msg_1",
            "type": "email",
            "is_inbound": True,
            "created_at": 1772438400.0,
            "subject": "Order",
            "author": None,
            "body": f"<p>{LATE}</p>",
            "text": LATE,
            "recipients": [
                {"name": "Mia", "handle": "mia@example.org", "role": "from"},
                {"handle": "help@shop.example", "role": "to"},
            ],
        },
    ],
}
HELP_SCOUT = {
    "id": 10,
    "number": 1012,
    "type": "email",
    "status": "closed",
    "subject": "Order",
    "createdAt": "2026-03-02T08:00:00Z",
    "tags": [{"id": 1, "tag": "late"}],
    "primaryCustomer": {"id": 4, "type": "customer", "first": "Mia", "email": "mia@example.org"},
    "_embedded": {
        "threads": [
            {
                "id": 4,
                "type": "lineitem",
                "action": {"type": "changed", "text": "Leo closed it"},
                "createdBy": {"id": 9, "type": "user", "first": "Leo", "last": "Roth"},
                "createdAt": "2026-03-02T08:03:00Z",
            },
            {
                "id": 3,
                "type": "note",
                "body": "<p>vip</p>",
                "createdAt": "2026-03-02T08:02:00Z",
                "createdBy": {"id": 9, "type": "user", "first": "Leo", "last": "Roth"},
            },
            {
                "id": 2,
                "type": "message",
                "body": f"{LOOK}<br>",
                "createdAt": "2026-03-02T08:01:00Z",
                "createdBy": {"id": 9, "type": "user", "first": "Leo", "last": "Roth", "email": "leo@shop.example"},
            },
            {
                "id": 1,
                "type": "customer",
                "body": LATE,
                "createdAt": "2026-03-02T08:00:00Z",
                "createdBy": {"id": 4, "type": "customer", "first": "Mia", "last": "", "email": "mia@example.org"},
            },
        ]
    },
}
GORGIAS = {
    "id": 77,
    "channel": "chat",
    "status": "open",
    "tags": [{"name": "late"}],
    "messages": [
        {
            "id": 1,
            "from_agent": False,
            "public": True,
            "sender": {"id": 4, "name": "Mia"},
            "body_text": LATE,
            "channel": "chat",
            "created_datetime": "2026-03-02T08:00:00+00:00",
        },
        {
            "id": 2,
            "from_agent": True,
            "public": True,
            "via": "rule",
            "sender": {"id": 8, "name": "Shop"},
            "body_text": "We got it.",
            "channel": "chat",
            "created_datetime": "2026-03-02T08:00:10+00:00",
        },
        {
            "id": 3,
            "from_agent": True,
            "public": False,
            "sender": {"id": 9, "name": "Leo"},
            "body_text": "vip",
            "channel": "internal-note",
            "created_datetime": "2026-03-02T08:00:20+00:00",
        },
        {
            "id": 4,
            "from_agent": True,
            "public": True,
            "sender": {"id": 9, "name": "Leo"},
            "body_text": LOOK,
            "body_html": f"<div>{LOOK}</div>",
            "channel": "chat",
            "created_datetime": "2026-03-02T08:01:00+00:00",
        },
    ],
}
KUSTOMER = {
    "data": [
        {
            "type": "message",
            "id": "2",
            "attributes": {
                "channel": "chat",
                "direction": "out",
                "preview": LOOK,
                "directionType": "response-out",
                "sentAt": "2026-03-02T08:01:00.000Z",
            },
            "relationships": {
                "conversation": {"data": {"id": "k1"}},
                "createdBy": {"data": {"type": "user", "id": "u9"}},
            },
        },
        {
            "type": "message",
            "id": "1",
            "attributes": {
                "channel": "chat",
                "direction": "in",
                "preview": LATE,
                "directionType": "initial-in",
                "sentAt": "2026-03-02T08:00:00.000Z",
            },
            "relationships": {"conversation": {"data": {"id": "k1"}}, "customer": {"data": {"id": "c4"}}},
        },
        {
            "type": "note",
            "id": "3",
            "attributes": {"body": "vip", "createdAt": "2026-03-02T08:02:00.000Z"},
            "relationships": {"conversation": {"data": {"id": "k1"}}, "createdBy": {"data": {"id": "u9"}}},
        },
    ],
    "links": {"next": None},
}
CRISP = [
    {
        "session_id": "s_1",
        "type": "text",
        "from": "user",
        "origin": "chat",
        "content": LATE,
        "timestamp": EIGHT_MS,
        "user": {"user_id": "s_1", "nickname": "Mia"},
    },
    {
        "session_id": "s_1",
        "type": "text",
        "from": "operator",
        "origin": "chat",
        "content": "Hello",
        "automated": True,
        "timestamp": EIGHT_MS + 500,
        "user": {"nickname": "Shop"},
    },
    {
        "session_id": "s_1",
        "type": "file",
        "from": "user",
        "content": {"name": "slip.png", "url": "https://example.org"},
        "timestamp": EIGHT_MS + 700,
        "user": {"user_id": "s_1", "nickname": "Mia"},
    },
    {
        "session_id": "s_1",
        "type": "event",
        "from": "operator",
        "content": {"namespace": "state:resolved"},
        "timestamp": EIGHT_MS + 9000,
        "user": {"user_id": "o9", "nickname": "Leo"},
    },
    {
        "session_id": "s_1",
        "type": "text",
        "from": "operator",
        "content": LOOK,
        "timestamp": EIGHT_MS + 1000,
        "user": {"user_id": "o9", "nickname": "Leo"},
    },
]
CHATWOOT = {
    "meta": {"contact": {"name": "Mia"}},
    "payload": [
        {
            "id": 1,
            "content": LATE,
            "conversation_id": 3,
            "message_type": 0,
            "content_type": "text",
            "private": False,
            "created_at": 1772438400,
            "sender": {"id": 4, "name": "Mia", "type": "contact"},
        },
        {
            "id": 2,
            "content": "I am a bot",
            "conversation_id": 3,
            "message_type": 1,
            "content_type": "text",
            "private": False,
            "created_at": 1772438401,
            "sender": {"id": 1, "name": "Robo", "type": "agent_bot"},
        },
        {
            "id": 3,
            "content": "Leo took it",
            "conversation_id": 3,
            "message_type": 2,
            "content_type": "text",
            "private": False,
            "created_at": 1772438402,
        },
        {
            "id": 4,
            "content": "vip",
            "conversation_id": 3,
            "message_type": 1,
            "content_type": "text",
            "private": True,
            "created_at": 1772438403,
            "sender": {"id": 9, "name": "Leo", "type": "user"},
        },
        {
            "id": 5,
            "content": LOOK,
            "conversation_id": 3,
            "message_type": 1,
            "content_type": "text",
            "private": False,
            "created_at": 1772438404,
            "sender": {"id": 9, "name": "Leo", "type": "user"},
        },
    ],
}
LIVECHAT = {
    "chats": [
        {
            "id": "PJ1",
            "users": [
                {"id": "b7", "name": "Mia", "type": "customer", "email": "mia@example.org"},
                {"id": "leo@shop.example", "name": "Leo", "type": "agent"},
            ],
            "thread": {
                "id": "K6",
                "created_at": "2026-03-02T08:00:00.000000Z",
                "tags": ["late"],
                "events": [
                    {
                        "id": "1",
                        "type": "system_message",
                        "system_message_type": "routing.assigned",
                        "text": "Assigned",
                        "created_at": "2026-03-02T08:00:00.000000Z",
                        "recipients": "all",
                    },
                    {
                        "id": "2",
                        "type": "message",
                        "text": LATE,
                        "author_id": "b7",
                        "recipients": "all",
                        "created_at": "2026-03-02T08:00:01.000000Z",
                    },
                    {
                        "id": "3",
                        "type": "message",
                        "text": "vip",
                        "author_id": "leo@shop.example",
                        "recipients": "agents",
                        "created_at": "2026-03-02T08:00:02.000000Z",
                    },
                    {
                        "id": "4",
                        "type": "message",
                        "text": LOOK,
                        "author_id": "leo@shop.example",
                        "recipients": "all",
                        "created_at": "2026-03-02T08:00:03.000000Z",
                    },
                ],
            },
        }
    ],
    "found_chats": 1,
}
LIVECHAT_2 = {
    "chats": [
        {
            "type": "chat",
            "id": "OLD1",
            "visitor": {"name": "Mia"},
            "agents": [{"display_name": "Leo"}],
            "messages": [
                {"author_name": "Mia", "text": LATE, "timestamp": 1772438400, "user_type": "visitor"},
                {"author_name": "Leo", "text": LOOK, "timestamp": 1772438410, "user_type": "agent", "agent_id": "l@x"},
            ],
        }
    ],
    "total": 1,
}
LIVEPERSON = {
    "_metadata": {"count": 1},
    "conversationHistoryRecords": [
        {
            "info": {"conversationId": "lp9", "startTimeL": EIGHT_MS, "latestSkillName": "Parcels", "status": "CLOSE"},
            "agentParticipants": [
                {"agentId": "a1", "agentNickname": "Robo", "userTypeName": "Bot"},
                {"agentId": "a2", "agentNickname": "Leo", "userTypeName": "Human"},
            ],
            "consumerParticipants": [{"participantId": "c1", "firstName": "Mia", "lastName": "Moor"}],
            "messageRecords": [
                {
                    "type": "TEXT_PLAIN",
                    "messageData": {"msg": {"text": LATE}},
                    "sentBy": "Consumer",
                    "participantId": "c1",
                    "timeL": EIGHT_MS,
                    "audience": "ALL",
                },
                {
                    "type": "TEXT_PLAIN",
                    "messageData": {"msg": {"text": "I am a bot"}},
                    "sentBy": "Agent",
                    "participantId": "a1",
                    "timeL": EIGHT_MS + 10,
                    "audience": "ALL",
                },
                {
                    "type": "TEXT_PLAIN",
                    "messageData": {"msg": {"text": "vip"}},
                    "sentBy": "Agent",
                    "participantId": "a2",
                    "timeL": EIGHT_MS + 20,
                    "audience": "AGENTS_AND_MANAGERS",
                },
                {
                    "type": "TEXT_PLAIN",
                    "messageData": {"msg": {"text": LOOK}},
                    "sentBy": "Agent",
                    "participantId": "a2",
                    "timeL": EIGHT_MS + 30,
                    "audience": "ALL",
                },
            ],
        }
    ],
}
LIVEPERSON_CHAT = {
    "interactionHistoryRecords": [
        {
            "info": {"engagementId": "e1", "startTimeL": EIGHT_MS},
            "transcript": {
                "lines": [
                    {"text": LATE, "textType": "plain", "by": "Mia", "source": "visitor", "timeL": EIGHT_MS},
                    {
                        "text": f"<div>{LOOK}</div>",
                        "textType": "rich-text",
                        "by": "Leo",
                        "source": "agent",
                        "agentId": "a2",
                        "timeL": EIGHT_MS + 30,
                    },
                ]
            },
        }
    ]
}
FRESHCHAT = {
    "messages": [
        {
            "id": "3",
            "conversation_id": "f1",
            "actor_type": "agent",
            "actor_id": "a9",
            "message_type": "private",
            "created_time": "2026-03-02T08:02:00.000Z",
            "message_parts": [{"text": {"content": "vip"}}],
        },
        {
            "id": "2",
            "conversation_id": "f1",
            "actor_type": "agent",
            "actor_id": "a9",
            "message_type": "normal",
            "created_time": "2026-03-02T08:01:00.000Z",
            "message_parts": [
                {"text": {"content": LOOK}},
                {"url_button": {"label": "Track", "url": "https://x.example"}},
            ],
        },
        {
            "id": "1",
            "conversation_id": "f1",
            "actor_type": "user",
            "actor_id": "u4",
            "message_type": "normal",
            "created_time": "2026-03-02T08:00:00.000Z",
            "message_parts": [{"text": {"content": LATE}}],
        },
    ],
    "link": {"rel": "next_page"},
}
FRESHDESK = [
    {
        "helpdesk_ticket": {
            "display_id": 31,
            "subject": "Order",
            "description": LATE,
            "description_html": f"<p>{LATE}</p>",
            "source": 1,
            "requester_id": 4,
            "requester_name": "Mia",
            "responder_id": 9,
            "responder_name": "Leo",
            "status": 4,
            "priority": 1,
            "created_at": "2026-03-02T09:00:00+01:00",
            "notes": [
                {
                    "note": {
                        "id": 2,
                        "body": "vip",
                        "body_html": "<p>vip</p>",
                        "incoming": False,
                        "private": True,
                        "user_id": 9,
                        "created_at": "2026-03-02T09:05:00+01:00",
                    }
                },
                {
                    "note": {
                        "id": 1,
                        "body": LOOK,
                        "body_html": f"<p>{LOOK}</p>",
                        "incoming": False,
                        "private": False,
                        "user_id": 9,
                        "created_at": "2026-03-02T09:01:00+01:00",
                    }
                },
            ],
        }
    },
]
ZAMMAD = {
    "id": 3,
    "number": "31007",
    "title": "Order",
    "state": "open",
    "articles": [
        {
            "id": 2,
            "ticket_id": 3,
            "type": "email",
            "sender": "Agent",
            "from": "Leo <help@shop.example>",
            "body": f"<div>{LOOK}</div>",
            "content_type": "text/html",
            "internal": False,
            "created_at": "2026-03-02T08:01:00.000Z",
        },
        {
            "id": 1,
            "ticket_id": 3,
            "type": "email",
            "sender": "Customer",
            "from": "Mia <mia@example.org>",
            "body": LATE,
            "content_type": "text/plain",
            "internal": False,
            "created_at": "2026-03-02T08:00:00.000Z",
        },
        {
            "id": 3,
            "ticket_id": 3,
            "type": "note",
            "sender": "Agent",
            "from": "Leo",
            "body": "vip",
            "internal": True,
            "content_type": "text/plain",
            "created_at": "2026-03-02T08:02:00.000Z",
        },
    ],
}
JIRA = {
    "issueKey": "HELP-5",
    "reporter": {"accountId": "a4", "displayName": "Mia"},
    "createdDate": {"iso8601": "2026-03-02T08:00:00+0000"},
    "currentStatus": {"status": "Done"},
    "requestFieldValues": [{"fieldId": "summary", "value": "Order"}, {"fieldId": "description", "value": LATE}],
    "comments": {
        "values": [
            {
                "id": "1",
                "body": LOOK,
                "public": True,
                "author": {"accountId": "a9", "displayName": "Leo"},
                "created": {"iso8601": "2026-03-02T08:10:00+0000", "epochMillis": EIGHT_MS + 600000},
            },
            {
                "id": "2",
                "body": "vip",
                "public": False,
                "author": {"accountId": "a9", "displayName": "Leo"},
                "created": {"iso8601": "2026-03-02T08:11:00+0000"},
            },
        ]
    },
}
ROCKETCHAT = [
    {
        "_id": "3",
        "rid": "r1",
        "t": "livechat-close",
        "msg": "done",
        "ts": {"$date": EIGHT_MS + 60000},
        "u": {"_id": "u9", "username": "leo", "name": "Leo"},
    },
    {
        "_id": "2",
        "rid": "r1",
        "msg": LOOK,
        "ts": {"$date": EIGHT_MS + 9000},
        "u": {"_id": "u9", "username": "leo", "name": "Leo"},
    },
    {
        "_id": "1",
        "rid": "r1",
        "msg": LATE,
        "ts": {"$date": EIGHT_MS},
        "token": "t",
        "u": {"_id": "v4", "username": "guest-4", "name": "Mia"},
    },
]
TELEGRAM = {
    "name": "Mia",
    "type": "personal_chat",
    "id": 444,
    "messages": [
        {
            "id": 1,
            "type": "service",
            "date": "2026-03-02T08:00:00",
            "date_unixtime": "1772438400",
            "actor": "Mia",
            "actor_id": "user4",
            "action": "phone_call",
            "text": "",
            "text_entities": [],
        },
        {
            "id": 2,
            "type": "message",
            "date": "2026-03-02T08:00:05",
            "date_unixtime": "1772438405",
            "from": "Mia",
            "from_id": "user4",
            "text": ["Where is ", {"type": "bold", "text": "order 7"}, "?"],
            "text_entities": [
                {"type": "plain", "text": "Where is "},
                {"type": "bold", "text": "order 7"},
                {"type": "plain", "text": "?"},
            ],
        },
        {
            "id": 3,
            "type": "message",
            "date": "2026-03-02T08:00:09",
            "date_unixtime": "1772438409",
            "from": "Shop",
            "from_id": "user9",
            "text": LOOK,
            "text_entities": [{"type": "plain", "text": LOOK}],
        },
    ],
}
DYNAMICS = {
    "value": [
        {
            "created": "2026-03-02T08:00:09Z",
            "isControlMessage": False,
            "content": LOOK,
            "id": "2",
            "tags": "public",
            "participantId": "p9",
            "from": {"user": {"displayName": "Leo"}, "application": None},
        },
        {
            "created": "2026-03-02T08:00:00Z",
            "isControlMessage": False,
            "content": LATE,
            "id": "1",
            "tags": "public,FromCustomer",
            "participantId": "p4",
            "from": {"user": {"displayName": "Mia"}},
        },
        {
            "created": "2026-03-02T08:00:10Z",
            "isControlMessage": True,
            "content": "left",
            "id": "3",
            "tags": "system",
            "participantId": "p4",
            "from": {"user": {"displayName": "Mia"}},
        },
    ]
}
SALESFORCE = {
    "totalSize": 2,
    "done": True,
    "records": [
        {
            "attributes": {"type": "EmailMessage"},
            "Id": "02s2",
            "ParentId": "500A",
            "FromAddress": "help@shop.example",
            "FromName": "Leo",
            "TextBody": LOOK,
            "HtmlBody": f"<p>{LOOK}</p>",
            "Incoming": False,
            "Subject": "Re: Order",
            "MessageDate": "2026-03-02T08:01:00.000+0000",
        },
        {
            "attributes": {"type": "EmailMessage"},
            "Id": "02s1",
            "ParentId": "500A",
            "FromAddress": "mia@example.org",
            "FromName": "Mia",
            "TextBody": LATE,
            "HtmlBody": None,
            "Incoming": True,
            "Subject": "Order",
            "MessageDate": "2026-03-02T08:00:00.000+0000",
        },
    ],
}
SALESFORCE_CHAT = {
    "records": [
        {
            "attributes": {"type": "LiveChatTranscript"},
            "Id": "570A",
            "StartTime": "2026-03-02T08:00:00.000+0000",
            "Body": '<p align="center">Chat Started: Monday, March 02, 2026, 08:00:00 (+0000)</p>'
            '<p align="center">Agent Leo</p>( 4s ) Mia: Where is order 7?<br>( 1m 5s ) Leo: I am checking that.<br>'
            "( 1m 9s ) Mia: Thanks<br>( 1m 12s ) Leo: Bye<br>",
        },
    ]
}
CXONE = {
    "data": [
        {
            "id": "m2",
            "contactId": "77",
            "direction": "outbound",
            "createdAt": "2026-03-02T08:01:00+00:00",
            "messageContent": {"type": "TEXT", "payload": {"text": LOOK}},
            "authorUser": {"id": "9", "firstName": "Leo"},
        },
        {
            "id": "m1",
            "contactId": "77",
            "direction": "inbound",
            "createdAt": "2026-03-02T08:00:00+00:00",
            "messageContent": {"type": "TEXT", "payload": {"text": LATE}},
            "authorEndUserIdentity": {"id": "c4", "fullName": "Mia"},
        },
    ]
}
CONNECT = {
    "InitialContactId": "k7",
    "Transcript": [
        {
            "AbsoluteTime": "2026-03-02T08:00:00.000Z",
            "ContentType": "application/vnd.amazonaws.connect.event.typing",
            "ParticipantId": "p4",
            "ParticipantRole": "CUSTOMER",
            "Type": "EVENT",
            "Id": "0",
        },
        {
            "AbsoluteTime": "2026-03-02T08:00:01.000Z",
            "Content": LATE,
            "ContentType": "text/plain",
            "DisplayName": "Mia",
            "ParticipantId": "p4",
            "ParticipantRole": "CUSTOMER",
            "Type": "MESSAGE",
            "Id": "1",
        },
        {
            "AbsoluteTime": "2026-03-02T08:00:02.000Z",
            "Content": "Hello",
            "ContentType": "text/plain",
            "ParticipantId": "p0",
            "ParticipantRole": "CUSTOM_BOT",
            "Type": "MESSAGE",
            "Id": "2",
        },
        {
            "AbsoluteTime": "2026-03-02T08:00:03.000Z",
            "DisplayName": "Leo",
            "Type": "EVENT",
            "Id": "3",
            "ContentType": "application/vnd.amazonaws.connect.event.participant.joined",
            "ParticipantId": "p9",
            "ParticipantRole": "AGENT",
        },
        {
            "AbsoluteTime": "2026-03-02T08:00:04.000Z",
            "Content": LOOK,
            "ContentType": "text/markdown",
            "DisplayName": "Leo",
            "ParticipantId": "p9",
            "ParticipantRole": "AGENT",
            "Type": "MESSAGE",
            "Id": "4",
        },
    ],
}
CCAI = {
    "conversations": [
        {
            "name": "projects/p/conversations/8",
            "medium": "CHAT",
            "startTime": "2026-03-02T08:00:00Z",
            "transcript": {
                "transcriptSegments": [
                    {"text": LATE, "messageTime": "2026-03-02T08:00:00Z", "segmentParticipant": {"role": "END_USER"}},
                    {
                        "text": "Hello",
                        "messageTime": "2026-03-02T08:00:02Z",
                        "segmentParticipant": {"role": "AUTOMATED_AGENT"},
                    },
                    {
                        "text": LOOK,
                        "messageTime": "2026-03-02T08:00:04Z",
                        "segmentParticipant": {"role": "HUMAN_AGENT"},
                    },
                ]
            },
        },
    ]
}
CCAI_UPLOAD = {
    "conversation_info": {"categories": [{"display_name": "late"}]},
    "entries": [
        {"start_timestamp_usec": 500000, "text": LATE, "role": "CUSTOMER", "user_id": 1},
        {"start_timestamp_usec": 2000000, "text": LOOK, "role": "AGENT", "user_id": 2},
    ],
}


def spoken(*said: tuple[str, float, Any], word: str = "word", unit: str = "", speaker: str = "speaker") -> list[Any]:
    """Words with times in seconds, a third of a second each."""
    words = []
    for text, start, who in said:
        for number, each in enumerate(text.split()):
            at = round(start + number / 3, 2)
            times = {"start": at, "end": round(at + 0.3, 2)} if not unit else {}
            if unit:
                times = {"startTime": f"{at}s", "endTime": f"{round(at + 0.3, 2)}s"}
            words.append({word: each, **times, **({speaker: who} if who is not None else {})})
    return words


GOOGLE_DIARISED = {
    "results": [
        {"alternatives": [{"transcript": LOOK, "confidence": 0.9, "words": spoken((LOOK, 0.5, None), unit="s")}]},
        {"alternatives": [{"transcript": f" {LATE}", "words": spoken((LATE, 3.5, None), unit="s")}]},
        {
            "alternatives": [
                {"words": spoken((LOOK, 0.5, 1), (LATE, 3.5, 2), unit="s", speaker="speakerTag"), "transcript": ""}
            ]
        },
    ]
}
GOOGLE_CHANNELS = {
    "name": "1",
    "done": True,
    "response": {
        "results": [
            {
                "alternatives": [{"transcript": LOOK, "words": spoken((LOOK, 0.5, None), unit="s")}],
                "channelTag": 1,
                "languageCode": "en-us",
            },
            {
                "alternatives": [{"transcript": LATE, "words": spoken((LATE, 3.5, None), unit="s")}],
                "channelTag": 2,
                "languageCode": "en-us",
            },
        ]
    },
}
DIALOGFLOW_CX = {
    "name": "projects/p/conversations/3",
    "type": "TEXT",
    "languageCode": "en",
    "startTime": "2026-03-02T08:00:00Z",
    "interactions": [
        {
            "createTime": "2026-03-02T08:01:00Z",
            "request": {"queryInput": {"text": {"text": "Thanks"}}},
            "response": {"queryResult": {"responseMessages": [{"text": {"text": ["Bye."]}}]}},
        },
        {
            "createTime": "2026-03-02T08:00:00Z",
            "request": {"queryInput": {"text": {"text": LATE}}},
            "response": {"queryResult": {"responseMessages": [{"text": {"text": [LOOK]}}]}},
        },
    ],
}
DIALOGFLOW_ES = [
    {
        "responseId": "1",
        "queryResult": {
            "queryText": LATE,
            "fulfillmentText": LOOK,
            "languageCode": "en",
            "intent": {"displayName": "where"},
        },
    },
    {
        "responseId": "2",
        "queryResult": {
            "queryText": "Thanks",
            "languageCode": "en",
            "fulfillmentMessages": [{"text": {"text": ["Bye."]}}],
        },
    },
]
AGENT_ASSIST = {
    "messages": [
        {
            "name": "p/c/m/2",
            "content": LOOK,
            "participant": "p9",
            "participantRole": "HUMAN_AGENT",
            "createTime": "2026-03-02T08:00:09Z",
        },
        {
            "name": "p/c/m/1",
            "content": LATE,
            "participant": "p4",
            "participantRole": "END_USER",
            "createTime": "2026-03-02T08:00:00Z",
        },
    ]
}
COPILOT = {
    "activities": [
        {"id": "0", "type": "trace", "timestamp": 1772438399, "from": {"id": "b", "role": 0}, "valueType": "Session"},
        {"id": "1", "type": "message", "timestamp": 1772438400, "from": {"id": "u", "role": 1}, "text": LATE},
        {"id": "2", "type": "message", "timestamp": 1772438401, "from": {"id": "b", "role": 0}, "text": LOOK},
    ]
}
RASA = {
    "sender_id": "u4",
    "slots": {},
    "events": [
        {"event": "action", "name": "action_session_start", "timestamp": 1772438399.0},
        {"event": "user", "text": LATE, "timestamp": 1772438400.0, "parse_data": {"intent": {"name": "where"}}},
        {"event": "slot", "name": "order", "value": "7", "timestamp": 1772438400.5},
        {"event": "bot", "text": LOOK, "timestamp": 1772438401.0},
    ],
}
GEMINI = [
    {"role": "user", "parts": [{"text": LATE}]},
    {"role": "model", "parts": [{"thought": True, "text": "hm"}, {"text": LOOK}]},
]
LANGCHAIN = {
    "messages": [
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", "SystemMessage"],
            "kwargs": {"content": "Be kind", "type": "system"},
        },
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", "HumanMessage"],
            "kwargs": {"content": LATE, "type": "human"},
        },
        {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", "AIMessage"],
            "kwargs": {"content": [{"type": "text", "text": LOOK}], "type": "ai"},
        },
    ]
}
LANGGRAPH = {"values": {"messages": [{"type": "human", "content": LATE}, {"type": "ai", "content": LOOK}]}}
VAPI = {
    "id": "va1",
    "type": "inboundPhoneCall",
    "startedAt": "2026-03-02T08:00:00.000Z",
    "transcript": "AI: …",
    "messages": [
        {"role": "system", "message": "Be kind", "time": EIGHT_MS, "secondsFromStart": 0},
        {"role": "user", "message": LATE, "time": EIGHT_MS + 1500, "secondsFromStart": 1.5, "duration": 900},
        {"role": "bot", "message": LOOK, "time": EIGHT_MS + 3000, "secondsFromStart": 3.0, "duration": 900},
    ],
}
RETELL = {
    "call_id": "re1",
    "start_timestamp": EIGHT_MS,
    "transcript": "…",
    "transcript_with_tool_calls": [
        {"role": "user", "content": LATE, "words": [{"word": "Where", "start": 1.5, "end": 1.8}]},
        {"role": "tool_call_invocation", "tool_call_id": "1", "name": "find_order", "arguments": "{}"},
        {"role": "agent", "content": LOOK, "words": [{"word": "I", "start": 3.0, "end": 3.2}]},
    ],
}
ELEVENLABS = {
    "agent_id": "ag",
    "conversation_id": "el1",
    "status": "done",
    "metadata": {"start_time_unix_secs": 1772438400, "call_duration_secs": 9},
    "transcript": [
        {"role": "user", "message": LATE, "time_in_call_secs": 1, "tool_calls": []},
        {"role": "agent", "message": None, "time_in_call_secs": 2, "tool_calls": [{"tool_name": "find_order"}]},
        {"role": "agent", "message": LOOK, "time_in_call_secs": 3, "tool_calls": []},
    ],
}
SCRIBE_CHANNELS = {
    "transcripts": [
        {
            "language_code": "deu",
            "channel_index": 0,
            "text": LOOK,
            "words": [{**word, "type": "word"} for word in spoken((LOOK, 0.5, None), word="text")],
        },
        {
            "language_code": "deu",
            "channel_index": 1,
            "text": LATE,
            "words": [{**word, "type": "word"} for word in spoken((LATE, 3.5, None), word="text")],
        },
    ]
}
BLAND = {
    "call_id": "bl1",
    "created_at": "2026-03-02T08:00:00.000Z",
    "concatenated_transcript": "…",
    "transcripts": [
        {"id": 1, "user": "user", "text": LATE, "created_at": "2026-03-02T08:00:01.000Z"},
        {"id": 2, "user": "agent-action", "text": "Transferred", "created_at": "2026-03-02T08:00:02.000Z"},
        {"id": 3, "user": "assistant", "text": LOOK, "created_at": "2026-03-02T08:00:03.000Z"},
    ],
}
GLADIA = {
    "id": "gl1",
    "status": "done",
    "result": {
        "metadata": {"audio_duration": 9},
        "transcription": {
            "languages": ["en"],
            "full_transcript": "…",
            "utterances": [
                {
                    "text": LOOK,
                    "language": "en",
                    "start": 0.5,
                    "end": 1.5,
                    "confidence": 0.9,
                    "channel": 0,
                    "speaker": 0,
                    "words": [],
                },
                {
                    "text": LATE,
                    "language": "en",
                    "start": 2.5,
                    "end": 3.5,
                    "confidence": 0.8,
                    "channel": 0,
                    "speaker": 1,
                    "words": [],
                },
            ],
        },
    },
}
REV = {
    "monologues": [
        {
            "speaker": number,
            "elements": [
                element
                for word in spoken((text, start, None), word="value")
                for element in (
                    {
                        "type": "text",
                        "value": word["value"],
                        "ts": word["start"],
                        "end_ts": word["end"],
                        "confidence": 1.0,
                    },
                    {"type": "punct", "value": " "},
                )
            ],
        }
        for number, (text, start) in enumerate(((LOOK, 0.5), (LATE, 3.5)))
    ]
}
SPEECHMATICS = {
    "format": "2.9",
    "job": {"id": "sp1"},
    "metadata": {"transcription_config": {"language": "en"}},
    "results": [
        {
            "type": "word",
            "start_time": 0.5,
            "end_time": 0.9,
            "channel": "agent",
            "alternatives": [{"content": "Checking", "confidence": 0.9}],
        },
        {
            "type": "punctuation",
            "start_time": 0.9,
            "end_time": 0.9,
            "channel": "agent",
            "attaches_to": "previous",
            "alternatives": [{"content": ".", "confidence": 0.9}],
        },
        {
            "type": "word",
            "start_time": 1.5,
            "end_time": 1.9,
            "channel": "caller",
            "alternatives": [{"content": "Where", "confidence": 0.9}],
        },
        {
            "type": "punctuation",
            "start_time": 1.9,
            "end_time": 1.9,
            "channel": "caller",
            "attaches_to": "previous",
            "alternatives": [{"content": "?", "confidence": 0.9}],
        },
    ],
}
VOSK = [
    {
        "result": [
            {"conf": 0.9, "word": each["word"], "start": each["start"], "end": each["end"]}
            for each in spoken((text, start, None))
        ],
        "text": text,
    }
    for text, start in (("one moment please", 0.5), ("where is it", 9.5))
]
WHISPER_CPP = {
    "systeminfo": "x",
    "model": {"type": "base"},
    "params": {"language": "en"},
    "result": {"language": "en"},
    "transcription": [
        {
            "timestamps": {"from": "00:00:00,500", "to": "00:00:01,500"},
            "offsets": {"from": 500, "to": 1500},
            "text": f" {LOOK}",
            "speaker": "0",
        },
        {
            "timestamps": {"from": "00:00:02,500", "to": "00:00:03,500"},
            "offsets": {"from": 2500, "to": 3500},
            "text": f" {LATE}",
            "speaker": "1",
        },
    ],
}
FASTER_WHISPER = [
    {
        "id": 1,
        "seek": 0,
        "start": 0.5,
        "end": 1.5,
        "text": f" {LOOK}",
        "tokens": [1],
        "avg_logprob": -0.2,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.1,
        "words": None,
    },
    {
        "id": 2,
        "seek": 0,
        "start": 2.5,
        "end": 3.5,
        "text": f" {LATE}",
        "tokens": [2],
        "avg_logprob": -0.3,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.1,
        "words": None,
    },
]
HUGGING_FACE = {
    "speakers": [
        {"speaker": "SPEAKER_00", "text": f" {LOOK}", "timestamp": [0.5, 1.5]},
        {"speaker": "SPEAKER_01", "text": f" {LATE}", "timestamp": [2.5, None]},
    ],
    "chunks": [{"timestamp": [0.5, 3.5], "text": f" {LOOK} {LATE}"}],
    "text": f" {LOOK} {LATE}",
}
DEEPGRAM_STREAM = [
    {"type": "Metadata", "request_id": "x"},
    {
        "type": "Results",
        "channel_index": [0, 1],
        "start": 0.5,
        "duration": 1,
        "is_final": False,
        "channel": {"alternatives": [{"transcript": "I am", "words": []}]},
    },
    {
        "type": "Results",
        "channel_index": [0, 1],
        "start": 0.5,
        "duration": 3,
        "is_final": True,
        "channel": {
            "alternatives": [
                {
                    "transcript": f"{LOOK} {LATE}",
                    "confidence": 0.9,
                    "words": [
                        {**word, "punctuated_word": word["word"], "confidence": 0.9}
                        for word in spoken((LOOK, 0.5, 0), (LATE, 2.5, 1))
                    ],
                }
            ]
        },
    },
    {"type": "UtteranceEnd", "last_word_end": 3.5},
]
SENTENCES = {
    "id": "aa1",
    "audio_duration": 9,
    "confidence": 0.9,
    "sentences": [
        {"text": "I am", "start": 500, "end": 900, "confidence": 0.9, "speaker": "A", "words": []},
        {"text": "checking that.", "start": 1000, "end": 1500, "confidence": 0.9, "speaker": "A", "words": []},
        {"text": LATE, "start": 2500, "end": 3500, "confidence": 0.9, "speaker": "B", "words": []},
    ],
}
FIREFLIES = {
    "data": {
        "transcript": {
            "id": "ff1",
            "title": "Call",
            "sentences": [
                {
                    "index": 0,
                    "speaker_name": "Leo",
                    "speaker_id": 0,
                    "text": LOOK,
                    "raw_text": LOOK,
                    "start_time": 0.5,
                    "end_time": 1.5,
                },
                {
                    "index": 1,
                    "speaker_name": "Mia",
                    "speaker_id": 1,
                    "text": LATE,
                    "raw_text": LATE,
                    "start_time": 2.5,
                    "end_time": 3.5,
                },
            ],
        }
    }
}
GONG = {
    "callTranscripts": [
        {
            "callId": "go1",
            "parties": [
                {"speakerId": "s1", "name": "Leo", "affiliation": "Internal", "emailAddress": "leo@shop.example"},
                {"speakerId": "s2", "name": "Mia", "affiliation": "External"},
            ],
            "transcript": [
                {
                    "speakerId": "s2",
                    "topic": "Order",
                    "sentences": [
                        {"start": 500, "end": 900, "text": "Where is"},
                        {"start": 900, "end": 1500, "text": "order 7?"},
                    ],
                },
                {"speakerId": "s1", "topic": None, "sentences": [{"start": 2500, "end": 3500, "text": LOOK}]},
            ],
        }
    ]
}
MULTIWOZ = {
    "dialogue_id": "PMUL1.json",
    "services": ["train"],
    "turns": [
        {"turn_id": "0", "speaker": "USER", "utterance": LATE, "frames": []},
        {"turn_id": "1", "speaker": "SYSTEM", "utterance": LOOK, "frames": []},
    ],
}
MULTIWOZ_LOG = {
    "SNG1.json": {
        "goal": {"train": {}},
        "log": [{"text": LATE, "metadata": {}}, {"text": LOOK, "metadata": {"train": {"book": {}}}}],
    },
    "SNG2.json": {"goal": {"train": {}}, "log": [{"text": "Hi", "metadata": {}}]},
}
TASKMASTER = [
    {
        "conversation_id": "dlg-1",
        "instruction_id": "x",
        "utterances": [
            {"index": 0, "speaker": "USER", "text": LATE},
            {"index": 1, "speaker": "ASSISTANT", "text": LOOK},
        ],
    },
]
TWEETS = (
    "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
    f'12,shop,False,Mon Mar 02 08:01:00 +0000 2026,"@44 {LOOK}",,11\n'
    f"11,44,True,Mon Mar 02 08:00:00 +0000 2026,@shop {LATE},12,\n"
    "20,45,True,Mon Mar 02 09:00:00 +0000 2026,@shop Hi,,\n"
)

NOTE = ("agent", "note", "vip")
BOT_SAYS_HELLO = ("bot", "message", "Hello")
CASES = {
    "zendesk-chat": Case(
        "zendesk-chat",
        {"chats": [ZENDESK_CHAT], "count": 1},
        [
            ("customer", "event", "Mia joined"),
            PAIR[0],
            ("bot", "message", "Hi"),
            PAIR[1],
            ("customer", "event", "good"),
        ],
        EIGHT,
        id="2603.x",
        channel="chat",
    ),
    "zendesk-chat offline": Case(
        "zendesk-chat",
        {
            "id": "2603.y",
            "type": "offline_msg",
            "timestamp": "2026-03-02T08:00:00Z",
            "message": LATE,
            "visitor": {"id": "v1", "name": "Mia"},
        },
        [PAIR[0]],
        EIGHT,
    ),
    "hubspot": Case("hubspot", HUBSPOT, [*PAIR, NOTE, ("system", "event", "CLOSED")], EIGHT, id="55"),
    "front": Case("front", FRONT, PAIR, EIGHT, channel="email"),
    "helpscout": Case(
        "helpscout",
        {"_embedded": {"conversations": [HELP_SCOUT]}},
        [*PAIR, NOTE, ("agent", "event", "Leo closed it")],
        EIGHT,
        channel="email",
    ),
    "gorgias": Case(
        "gorgias", GORGIAS, [PAIR[0], ("bot", "message", "We got it."), NOTE, PAIR[1]], EIGHT, channel="chat", id="77"
    ),
    "gorgias list": Case(
        "gorgias",
        {"data": [GORGIAS, {**GORGIAS, "id": 78}], "meta": {}},
        [PAIR[0], ("bot", "message", "We got it."), NOTE, PAIR[1]],
        EIGHT,
        conversations=2,
    ),
    "kustomer": Case("kustomer", KUSTOMER, [*PAIR, NOTE], EIGHT, channel="chat", id="k1"),
    "crisp": Case(
        "crisp",
        CRISP,
        [PAIR[0], BOT_SAYS_HELLO, ("customer", "message", "slip.png"), PAIR[1], ("agent", "event", "state:resolved")],
        EIGHT,
    ),
    "chatwoot": Case(
        "chatwoot",
        CHATWOOT,
        [PAIR[0], ("bot", "message", "I am a bot"), ("system", "event", "Leo took it"), NOTE, PAIR[1]],
        EIGHT,
        id="3",
    ),
    "livechat": Case("livechat", LIVECHAT, [("system", "event", "Assigned"), PAIR[0], NOTE, PAIR[1]], EIGHT, id="K6"),
    "livechat 2": Case("livechat", LIVECHAT_2, PAIR, EIGHT, id="OLD1"),
    "liveperson": Case(
        "liveperson", LIVEPERSON, [PAIR[0], ("bot", "message", "I am a bot"), NOTE, PAIR[1]], EIGHT, id="lp9"
    ),
    "liveperson chat": Case("liveperson", LIVEPERSON_CHAT, PAIR, EIGHT, id="e1"),
    "freshchat": Case("freshchat", FRESHCHAT, [*PAIR, NOTE], EIGHT, id="f1"),
    "freshdesk-export": Case("freshdesk-export", FRESHDESK, [*PAIR, NOTE], EIGHT, channel="email", id="31"),
    "zammad": Case("zammad", ZAMMAD, [*PAIR, NOTE], EIGHT, channel="email", id="3"),
    "jira": Case("jira-service-management", JIRA, [PAIR[0], PAIR[1], NOTE], EIGHT, id="HELP-5"),
    "rocketchat": Case("rocketchat", ROCKETCHAT, [*PAIR, ("agent", "event", "done")], EIGHT, id="r1"),
    "telegram": Case(
        "telegram",
        {"chats": {"list": [TELEGRAM]}},
        [("unknown", "event", "phone_call"), ("unknown", "message", LATE), ("unknown", "message", LOOK)],
        EIGHT,
        id="444",
    ),
    "dynamics365": Case("dynamics365", DYNAMICS, [*PAIR, ("system", "event", "left")], EIGHT),
    "salesforce-email": Case("salesforce-email", SALESFORCE, PAIR, EIGHT, channel="email", id="500A"),
    "salesforce-chat": Case(
        "salesforce-chat",
        SALESFORCE_CHAT,
        [
            ("unknown", "message", LATE),
            ("unknown", "message", LOOK),
            ("unknown", "message", "Thanks"),
            ("unknown", "message", "Bye"),
        ],
        start=4,
        id="570A",
    ),
    "nice-cxone": Case("nice-cxone", CXONE, PAIR, EIGHT, channel="chat", id="77"),
    "connect": Case(
        "connect-transcript",
        CONNECT,
        [PAIR[0], BOT_SAYS_HELLO, ("agent", "event", "Leo application/"), PAIR[1]],
        "2026-03-02T08:00:01+00:00",
        id="k7",
    ),
    "google-ccai": Case("google-ccai", CCAI, [PAIR[0], BOT_SAYS_HELLO, PAIR[1]], EIGHT, channel="chat"),
    "google-ccai-upload": Case("google-ccai-upload", CCAI_UPLOAD, PAIR, start=0.5),
    "google-speech diarised": Case("google-speech", GOOGLE_DIARISED, UNKNOWN, start=0.5, channel="call"),
    "google-speech channels": Case("google-speech", GOOGLE_CHANNELS, UNKNOWN, start=0.5),
    "dialogflow-cx": Case(
        "dialogflow-cx",
        DIALOGFLOW_CX,
        [*WITH_BOT, ("customer", "message", "Thanks"), ("bot", "message", "Bye.")],
        EIGHT,
        channel="chat",
    ),
    "dialogflow-es": Case(
        "dialogflow-es", DIALOGFLOW_ES, [*WITH_BOT, ("customer", "message", "Thanks"), ("bot", "message", "Bye.")]
    ),
    "agent-assist": Case("agent-assist", AGENT_ASSIST, PAIR, EIGHT),
    "copilot": Case("bot-framework", COPILOT, WITH_BOT, EIGHT),
    "rasa": Case("rasa", RASA, WITH_BOT, EIGHT, id="u4"),
    "gemini": Case("gemini", GEMINI, WITH_BOT),
    "langchain": Case("langchain", LANGCHAIN, [("system", "note", "Be kind"), *WITH_BOT]),
    "langgraph": Case("langchain", LANGGRAPH, WITH_BOT),
    "vapi": Case("vapi", VAPI, [("system", "note", "Be kind"), *WITH_BOT], EIGHT, start=0, channel="call"),
    "retell": Case(
        "retell", RETELL, [WITH_BOT[0], ("system", "event", "find_order"), WITH_BOT[1]], start=1.5, id="re1"
    ),
    "elevenlabs": Case(
        "elevenlabs-agents", ELEVENLABS, [WITH_BOT[0], ("bot", "event", "find_order"), WITH_BOT[1]], start=1, id="el1"
    ),
    "scribe": Case("elevenlabs-scribe", SCRIBE_CHANNELS, UNKNOWN, start=0.5, channel="call"),
    "bland": Case(
        "bland", BLAND, [WITH_BOT[0], ("system", "event", "Transferred"), WITH_BOT[1]], "2026-03-02T08:00:01+00:00"
    ),
    "gladia": Case("gladia", GLADIA, UNKNOWN, start=0.5, id="gl1"),
    "rev": Case("rev", REV, UNKNOWN, start=0.5, channel="call"),
    "speechmatics": Case(
        "speechmatics", SPEECHMATICS, [("agent", "message", "Checking."), ("customer", "message", "Where?")], start=0.5
    ),
    "vosk": Case(
        "vosk", VOSK, [("unknown", "message", "one moment please"), ("unknown", "message", "where is it")], start=0.5
    ),
    "whisper-cpp": Case("whisper-cpp", WHISPER_CPP, UNKNOWN, start=0.5),
    "faster-whisper": Case("faster-whisper", FASTER_WHISPER, UNKNOWN, start=0.5),
    "huggingface": Case("huggingface-chunks", HUGGING_FACE, UNKNOWN, start=0.5),
    "deepgram-stream": Case("deepgram-stream", DEEPGRAM_STREAM, UNKNOWN, start=0.5, channel="call"),
    "assemblyai-sentences": Case("assemblyai-sentences", SENTENCES, UNKNOWN, start=0.5, id="aa1"),
    "fireflies": Case("fireflies", FIREFLIES, UNKNOWN, start=0.5, id="ff1"),
    "gong": Case("gong", GONG, PAIR, start=0.5, id="go1"),
    "multiwoz": Case("multiwoz", MULTIWOZ, PAIR, id="PMUL1.json"),
    "multiwoz-log": Case("multiwoz-log", MULTIWOZ_LOG, PAIR, conversations=2),
    "taskmaster": Case("taskmaster", TASKMASTER, PAIR, id="dlg-1"),
    "tweets": Case(
        "customer-support-tweets",
        TWEETS,
        [("customer", "message", "@shop Where"), ("agent", "message", "@44 I am")],
        EIGHT,
        conversations=2,
        id="11",
    ),
}
