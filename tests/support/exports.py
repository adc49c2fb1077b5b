"""A small export of each service, and reading it: what the tests of the readers of foreign JSON share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript
from tests.support.help_desk_exports import HELP_DESKS

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="the public samples are not here")

DEEPGRAM: dict[str, Any] = {
    "metadata": {"request_id": "dg-1", "channels": 1, "duration": 5.0},
    "results": {
        "channels": [
            {
                "detected_language": "de",
                "alternatives": [
                    {
                        "transcript": "Guten Tag. Hallo.",
                        "confidence": 0.9,
                        "words": [
                            {"word": "guten", "punctuated_word": "Guten", "start": 0.5, "end": 0.9, "speaker": 0},
                            {"word": "tag", "punctuated_word": "Tag.", "start": 1.0, "end": 1.4, "speaker": 0},
                            {"word": "hallo", "punctuated_word": "Hallo.", "start": 2.0, "end": 2.5, "speaker": 1},
                        ],
                    }
                ],
            }
        ]
    },
}

WHISPER: dict[str, Any] = {
    "text": " Good morning. How can I help? My phone is broken.",
    "language": "en",
    "segments": [
        {"id": 0, "start": 0.0, "end": 1.5, "text": " Good morning.", "avg_logprob": -0.5, "speaker": "SPEAKER_00"},
        {"id": 1, "start": 1.6, "end": 3.0, "text": " How can I help?", "avg_logprob": -0.5, "speaker": "SPEAKER_00"},
        {"id": 2, "start": 3.2, "end": 5.0, "text": " My phone is broken.", "avg_logprob": -0.1},
    ],
}

ASSEMBLYAI: dict[str, Any] = {
    "id": "aai-1",
    "status": "completed",
    "audio_url": "https://example.org/call.mp3",
    "language_code": "en_us",
    "text": "Hello. Hi.",
    "words": [],
    "utterances": [
        {"speaker": "A", "start": 250, "end": 1200, "confidence": 0.98, "text": "Hello.", "words": []},
        {"speaker": "B", "start": 1300, "end": 2000, "confidence": 0.75, "text": "Hi.", "words": []},
    ],
    "redact_pii": False,
}

AZURE_BATCH: dict[str, Any] = {
    "source": "https://example.org/call.wav",
    "combinedRecognizedPhrases": [{"channel": 0, "display": "Dobrý den."}, {"channel": 1, "display": "Ahoj."}],
    "recognizedPhrases": [
        {
            "recognitionStatus": "Success",
            "channel": 0,
            "offset": "PT0.5S",
            "duration": "PT1S",
            "offsetInTicks": 5_000_000,
            "durationInTicks": 10_000_000.0,
            "locale": "cs-CZ",
            "nBest": [
                {"confidence": 0.75, "lexical": "dobrý den", "itn": "dobrý den", "display": "Dobrý den."},
                {"confidence": 0.5, "lexical": "dobry den", "itn": "dobry den", "display": "Dobry den."},
            ],
        },
        {
            "recognitionStatus": "Success",
            "channel": 1,
            "offset": "PT1M2.25S",
            "duration": "PT0.5S",
            "nBest": [{"confidence": 0.5, "display": "Ahoj."}],
        },
    ],
}

AZURE_FAST: dict[str, Any] = {
    "durationMilliseconds": 5000,
    "combinedPhrases": [{"text": "Tere. Tere päevast."}],
    "phrases": [
        {"speaker": 2, "offsetMilliseconds": 2600, "durationMilliseconds": 400, "text": "Tere päevast.", "words": []},
        {"speaker": 1, "offsetMilliseconds": 120, "durationMilliseconds": 80, "text": "Tere.", "confidence": 0.5},
    ],
}

AZURE_CONTENT: dict[str, Any] = {
    "id": "cu-1",
    "status": "Succeeded",
    "result": {
        "analyzerId": "calls",
        "contents": [
            {
                "kind": "audioVisual",
                "markdown": "WEBVTT ...",
                "fields": {"Sentiment": {"type": "string", "valueString": "Positive"}},
                "transcriptPhrases": [
                    {"speaker": "Agent 1", "startTimeMs": 80, "endTimeMs": 640, "text": "Good day.", "words": []},
                    {"speaker": "Customer", "startTimeMs": 900, "endTimeMs": 1200, "text": "Hi.", "words": []},
                ],
            }
        ],
    },
}

VOICE: dict[str, Any] = {
    "Version": "1.1.0",
    "Channel": "VOICE",
    "JobStatus": "COMPLETED",
    "LanguageCode": "en-GB",
    "CustomerMetadata": {"ContactId": "contact-1", "InstanceId": "i"},
    "Participants": [
        {"ParticipantId": "AGENT", "ParticipantRole": "AGENT"},
        {"ParticipantId": "CUSTOMER", "ParticipantRole": "CUSTOMER"},
    ],
    "ConversationCharacteristics": {"Interruptions": {"TotalCount": 1}},
    "Transcript": [
        {
            "Id": "1",
            "ParticipantId": "AGENT",
            "BeginOffsetMillis": 0,
            "EndOffsetMillis": 2500,
            "Content": "Hello [PII].",
            "Sentiment": "NEUTRAL",
        },
        {
            "Id": "2",
            "ParticipantId": "CUSTOMER",
            "BeginOffsetMillis": 2400,
            "EndOffsetMillis": 4160,
            "Content": "Hi.",
        },
    ],
}

LIVE: dict[str, Any] = {
    "ContactId": "contact-2",
    "Channel": "VOICE",
    "EventType": "SEGMENTS",
    "LanguageCode": "en-US",
    "Segments": [
        {
            "Utterance": {
                "Id": "u1",
                "TranscriptId": "t2",
                "ParticipantRole": "CUSTOMER",
                "PartialContent": "my",
                "BeginOffsetMillis": 1500,
                "EndOffsetMillis": 1700,
            }
        },
        {
            "Transcript": {
                "Id": "t2",
                "ParticipantId": "CUSTOMER",
                "ParticipantRole": "CUSTOMER",
                "Content": "My line is dead.",
                "BeginOffsetMillis": 1500,
                "EndOffsetMillis": 3000,
            }
        },
        {
            "Transcript": {
                "Id": "t1",
                "ParticipantId": "AGENT",
                "ParticipantRole": "AGENT",
                "Content": "Hello.",
                "BeginOffsetMillis": 200,
                "EndOffsetMillis": 900,
            }
        },
        {"Categories": {"MatchedCategories": ["outage"]}},
    ],
}

TRANSCRIBE: dict[str, Any] = {
    "jobName": "job-1",
    "status": "COMPLETED",
    "results": {
        "language_code": "hu-HU",
        "transcripts": [{"transcript": "Jó napot. Segítség!"}],
        "speaker_labels": {
            "speakers": 2,
            "segments": [
                {"items": [{"start_time": "0.5", "speaker_label": "spk_0"}]},
                {"items": [{"start_time": "0.9", "speaker_label": "spk_0"}]},
                {"items": [{"start_time": "3.25", "speaker_label": "spk_1"}]},
            ],
        },
        "items": [
            {
                "type": "pronunciation",
                "start_time": "0.5",
                "end_time": "0.75",
                "alternatives": [{"confidence": "1.0", "content": "Jó"}],
            },
            {
                "type": "pronunciation",
                "start_time": "0.9",
                "end_time": "1.5",
                "alternatives": [{"confidence": "0.5", "content": "napot"}],
            },
            {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]},
            {
                "type": "pronunciation",
                "start_time": "3.25",
                "end_time": "4.0",
                "alternatives": [{"confidence": "0.25", "content": "Segítség"}],
            },
            {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "!"}]},
        ],
    },
}

MESSAGES: dict[str, Any] = {
    "id": 7,
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Where is it?"}, {"type": "image_url", "image_url": {}}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "function": {"name": "find_parcel", "arguments": '{"id": 5}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "in Prague"},
        {"role": "assistant", "content": "In Prague."},
    ],
}

VCON: dict[str, Any] = {
    "uuid": "vcon-1",
    "parties": [
        {"tel": "tel:+420111", "name": "Alice"},
        {"mailto": "mailto:bob@example.com", "name": "Bob", "role": "agent"},
    ],
    "dialog": [
        {
            "type": "recording",
            "start": "2024-05-01T10:00:00Z",
            "duration": 5,
            "parties": [0, 1],
            "url": "https://x/y.mp3",
        }
    ],
    "analysis": [{"type": "transcript", "dialog": 0, "vendor": "deepgram", "encoding": "json", "body": DEEPGRAM}],
    "attachments": [],
}

GENESYS: dict[str, Any] = {
    "organizationId": "org-1",
    "conversationId": "gen-1",
    "communicationId": "comm-1",
    "mediaType": "call",
    "conversationStartTime": 1_714_557_600_000,
    "startTime": 1_714_557_602_000,
    "transcripts": [
        {
            "transcriptId": "t-1",
            "language": "de-DE",
            "phrases": [
                {
                    "text": "guten tag",
                    "decoratedText": "Guten Tag.",
                    "participantPurpose": "internal",
                    "startTimeMs": 1_714_557_602_000,
                    "duration": {"milliseconds": 1000},
                    "words": [{"word": "guten", "confidence": 0.5}, {"word": "tag", "confidence": 1.0}],
                },
                {
                    "text": "hallo",
                    "participantPurpose": "external",
                    "startTimeMs": 1_714_557_603_500,
                    "duration": {"milliseconds": 500},
                },
            ],
        }
    ],
    "participants": [
        {"participantPurpose": "customer", "ani": "tel:+4930123456", "startTimeMs": 1_714_557_600_000},
        {"participantPurpose": "ivr", "startTimeMs": 1_714_557_600_000, "endTimeMs": 1_714_557_602_500},
        {
            "participantPurpose": "agent",
            "userId": "agent-1",
            "startTimeMs": 1_714_557_601_000,
            "endTimeMs": 1_714_557_610_000,
        },
    ],
}

TWILIO: dict[str, Any] = {
    "meta": {"key": "messages", "page": 0, "next_page_url": None},
    "messages": [
        {
            "sid": "IM2",
            "conversation_sid": "CH1",
            "index": 1,
            "author": "jana.novak",
            "body": "Good morning!",
            "date_created": "2024-05-01T10:00:30Z",
            "media": [{"sid": "ME1", "filename": "form.pdf", "content_type": "application/pdf"}],
        },
        {
            "sid": "IM1",
            "conversation_sid": "CH1",
            "index": 0,
            "author": "whatsapp:+420601123456",
            "body": "Where is my parcel?",
            "date_created": "2024-05-01T10:00:00Z",
            "media": None,
            "delivery": {"total": 1, "read": "all"},
        },
    ],
}

TWILIO_SENTENCES: dict[str, Any] = {
    "sid": "GT00000000000000000000000000000001",
    "language_code": "en-US",
    "media_start_time": "2024-05-01T10:00:00Z",
    "channel": {"participants": [{"channel_participant": 2, "role": "Agent", "full_name": "Jana Novak"}]},
    "sentences": [
        {"media_channel": 1, "sentence_index": 1, "start_time": 2.5, "end_time": 3.0, "transcript": "Hi."},
        {"media_channel": 2, "sentence_index": 0, "start_time": "0.5", "transcript": "Hello!", "confidence": 0.75},
    ],
}

SLACK_DAY: list[Any] = [
    {
        "type": "message",
        "user": "U1AGENT",
        "text": "Hello <@U2CLIENT>, is A &lt; B?",
        "ts": "1714557600.000100",
        "thread_ts": "1714557500.000100",
    },
    {
        "type": "message",
        "user": "U2CLIENT",
        "text": "My <https://example.org|account> is locked",
        "ts": "1714557500.000100",
        "thread_ts": "1714557500.000100",
        "user_profile": {"display_name": "Petr"},
        "files": [{"id": "F1", "name": "screen.png"}],
        "reactions": [{"name": "eyes", "count": 1}],
    },
]

ABCD: dict[str, Any] = {
    "convo_id": 12,
    "scenario": {"flow": "returns"},
    "original": [["agent", "Hi!"], ["customer", "I want to return it."], ["action", "Account pulled up."]],
    "delexed": [{"speaker": "agent", "text": "hi!"}],
}

EXPORTS: dict[str, Any] = {
    "deepgram": DEEPGRAM,
    "whisper": WHISPER,
    "assemblyai": ASSEMBLYAI,
    "azure-speech": AZURE_BATCH,
    "azure-speech (fast)": AZURE_FAST,
    "azure-speech (content)": AZURE_CONTENT,
    "contact-lens": VOICE,
    "contact-lens (live)": LIVE,
    "transcribe": TRANSCRIBE,
    "messages": MESSAGES,
    "vcon": VCON,
    **HELP_DESKS,
    "genesys": GENESYS,
    "twilio": TWILIO,
    "twilio (sentences)": TWILIO_SENTENCES,
    "slack": SLACK_DAY,
    "abcd": ABCD,
}


def put(folder: Path, value: Any) -> Path:
    """A file with this as JSON."""
    file = folder / "export.json"
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return file


def read_all(folder: Path, value: Any, roles: RoleMapping | None = None) -> list[Transcript]:
    """What is read of a JSON value, found out by its content."""
    return list(read_transcripts(put(folder, value), roles=roles))


def read_one(folder: Path, value: Any, roles: RoleMapping | None = None) -> Transcript:
    """The one transcript of a JSON value."""
    (transcript,) = read_all(folder, value, roles)
    return transcript


def sample(name: str) -> Transcript:
    """The one transcript of a public sample."""
    (transcript,) = read_transcripts(SAMPLES / name)
    return transcript


def refusal(file: Path, **options: Any) -> InputError:
    """The error that a file is refused with."""
    with pytest.raises(InputError) as caught:
        list(read_transcripts(file, **options))
    return caught.value


def spoken(transcript: Transcript) -> list[tuple[str | None, str]]:
    """Who says what."""
    return [(turn.speaker, turn.text) for turn in transcript.turns]
