"""Every public sample: what it is read as, or which typed error refuses it.

Turns and speakers are those of the first conversation, of which the first turn begins with the letters given.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from llm_grader.transcript import Transcript
from tests.support.exports import SAMPLES


class Read(NamedTuple):
    """What is read of a file."""

    kind: str
    conversations: int
    turns: int
    speakers: int
    begins: str


NO_SPEAKER = "text in which no line begins with a speaker"
COLUMNS = "a column mapping (--columns FILE) can say what they mean"
NO_JSON = "not valid JSON"
NO_WORDS = "export the list of its sentences"
EXPECTED: dict[str, Read | str] = {
    "SOURCES.md": NO_SPEAKER,
    "assemblyai/dgcap_assemblyai_transcription.json": Read("assemblyai", 1, 1, 1, "Yeah."),
    "azure/azspeech_summarizationInputSample.json": Read("azure-speech", 1, 4, 2, "Hi."),
    "azure/ckm_convo_0b7ecd6e-f37c-4bcb-8ea5-4b48906d37c0_2025-12-05020000.json": COLUMNS,
    "azure/ckm_convo_0b9ac5e7-de36-42fd-b65c-80a1991f68ab_2025-12-08110000.json": COLUMNS,
    "azure/ckm_convo_0df3c5bc-e6d6-499e-8811-24d80efeaefe_2025-12-06070000.json": COLUMNS,
    "azure/ckm_tel_convo_32e38683-bbf7-407e-a541-09b37b77921d_2024-12-07_04_3A00_3A00.json": COLUMNS,
    "azure/ckm_tel_convo_38fdec6e-1d61-4d80-ab11-b598286b5a34_2024-12-07_17_3A00_3A00.json": COLUMNS,
    "azure/ckm_tel_convo_44c8a398-0fef-4217-8ec9-c01976fa8ae0_2024-12-08_08_3A00_3A00.json": COLUMNS,
    "azure/ckm_tel_convo_45e88c03-d7e5-4dc3-89ce-69cfdb3d1e06_2024-12-08_15_3A00_3A00.json": COLUMNS,
    "azure/ckm_tel_convo_52db6950-3f62-440d-84ac-676fb334c167_2024-12-05_17_3A00_3A00.json": COLUMNS,
    "chat-corpora/abcd_sample.json": Read("abcd", 3, 29, 2, "Hi!"),
    "contact-lens/awsdocs_contact-lens-example-output-files-chat_1.json": Read("contact-lens", 1, 35, 3, "partic"),
    "contact-lens/awsdocs_contact-lens-example-output-files_2.json": NO_JSON,
    "contact-lens/awsdocs_diarization-output-batch_1.json": Read("transcribe", 1, 2, 2, "I've"),
    "contact-lens/awsdocs_tca-output-batch_1.json": NO_SPEAKER,
    "contact-lens/awsdocs_tca-output-batch_3.json": NO_SPEAKER,
    "contact-lens/awsdocs_tca-output-batch_4.json": NO_JSON,
    "contact-lens/awsword_bda-custom.json": COLUMNS,
    "contact-lens/awsword_bda-standard.json": Read("transcribe", 1, 51, 2, "Hello."),
    "contact-lens/cxidk_aws_transcript.json": Read("contact-lens", 1, 10, 2, "Okay."),
    "deepgram/dgcap_dg_speakers_no_utterances.json": Read("deepgram", 1, 15, 3, "And,"),
    "deepgram/dgcap_dg_utterances.json": Read("deepgram", 1, 6, 0, "Yeah."),
    "deepgram/dgcap_dg_whisper_transcription.json": Read("deepgram", 1, 1, 0, "yeah"),
    "eml/djhd_forwarded-message.eml": Read("email", 1, 1, 1, "This"),
    "eml/djhd_quoted_printable.eml": Read("email", 1, 1, 1, "Tohle"),
    "eml/ietf_email_acct_prob_alice_reply.eml": Read("email", 1, 1, 1, "Hi"),
    "eml/ietf_email_prob_followup_alice.eml": Read("email", 1, 1, 1, "Hi"),
    "eml/ietf_email_prob_followup_alice_ack.eml": Read("email", 1, 1, 1, "Awesom"),
    "eml/mailparser_mail_malformed_2.eml": Read("email", 1, 1, 1, "Your"),
    "eml/mailparser_mail_test_12.eml": Read("email", 1, 1, 1, "你好！我公司"),
    "eml/mailparser_mail_test_14.eml": Read("email", 1, 1, 1, "HTML"),
    "eml/mailparser_mail_test_8.eml": Read("email", 1, 1, 1, "The"),
    "eml/talon_android.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_apple_mail.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_apple_mail_2.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_comcast.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_iphone.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_outlook.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_sparrow.eml": Read("email", 1, 1, 1, "Hello"),
    "eml/talon_yahoo.eml": Read("email", 1, 1, 1, "Hello"),
    "genesys/cxidk_genesys_transcript.json": Read("genesys", 1, 4, 2, "you"),
    "plain/ckm_convo_0b7ecd6e-f37c-4bcb-8ea5-4b48906d37c0.txt": Read("text", 1, 35, 2, "Thank"),
    "plain/ckm_convo_0c9f84ce-11b3-4ce6-8c00-d1bd49843f94.txt": Read("text", 1, 33, 2, "Thank"),
    "plain/ckm_convo_0df3c5bc-e6d6-499e-8811-24d80efeaefe.txt": Read("text", 1, 25, 2, "Thank"),
    "plain/ckm_tel_convo_32e38683-bbf7-407e-a541-09b37b77921d.txt": NO_SPEAKER,
    "plain/ckm_tel_convo_38fdec6e-1d61-4d80-ab11-b598286b5a34.txt": NO_SPEAKER,
    "sharegpt/fastchat_dummy_conversation.json": Read("messages", 500, 4, 2, "Who"),
    "srt/cdown_gb2312.srt": Read("captions", 1, 3, 0, "宇宙守护神"),
    "srt/webvttpy_missing_caption_text.srt": Read("captions", 1, 4, 0, "Captio"),
    "srt/webvttpy_sample.srt": Read("captions", 1, 5, 0, "Captio"),
    "tabular/dbtic_admin_data.csv": COLUMNS,
    "tabular/dbtic_conversation_contact_history_data.csv": COLUMNS,
    "tabular/dbtic_conversation_history_data.csv": COLUMNS,
    "tabular/dbtzd_ticket_data.csv": COLUMNS,
    "tabular/dbtzd_ticket_field_history_data.csv": COLUMNS,
    "tabular/dbtzd_user_data.csv": COLUMNS,
    "twilio/oai_v2_Transcripts_Sid_fetch.json": NO_WORDS,
    "twilio/oai_v2_Transcripts_TranscriptSid_OperatorResults_OperatorSid_fetch.json": NO_WORDS,
    "twilio/oai_v2_Transcripts_TranscriptSid_Sentences_Encrypted_fetch.json": "decrypt",
    "vcon/ietf_ab_call_ext_rec_analysis.vcon": Read("vcon", 1, 1, 1, "Hello."),
    "vcon/ietf_ab_call_ext_rec_redacted.vcon": Read("vcon", 1, 4, 1, "Hello."),
    "vcon/ietf_ab_call_int_rec.vcon": "add a transcript first",
    "vcon/ietf_ab_email_prob_followup_text_thread.vcon": Read("vcon", 1, 3, 2, "Hi"),
    "vcon/vconserver_11ca4148-6369-41fc-a3ac-476c31cf9740.vcon.json": Read("vcon", 1, 11, 2, "Hello!"),
    "vcon/vconserver_175b4393-b18a-4b47-bdce-c5d795be4130.vcon.json": Read("vcon", 1, 16, 2, "Hi,"),
    "vcon/vconserver_17ff8328-3a85-457b-b8c4-db874ade4d58.vcon.json": Read("vcon", 1, 11, 2, "Hello!"),
    "vcon/vconserver_19d7f4b1-1b5e-48ce-b172-fec0285db3ce.vcon.json": Read("vcon", 1, 11, 2, "Hello!"),
    "vcon/vconserver_19fc2df9-d3cb-423d-a285-467976a6b17c.vcon.json": Read("vcon", 1, 13, 2, "Good"),
    "vcon/vconserver_255c444c-bbad-41af-a38a-265f64c7c37a.vcon.json": Read("vcon", 1, 14, 2, "Good"),
    "vcon/vconserver_26fe45f6-18e5-432c-8ec4-de25af70d492.vcon.json": Read("vcon", 1, 14, 2, "Good"),
    "vtt/azcu_batch_pretranscribed.vtt": Read("captions", 1, 16, 2, "Hi"),
    "vtt/webvttpy_captions_with_bom.vtt": Read("captions", 1, 4, 0, "Captio"),
    "vtt/webvttpy_comments.vtt": Read("captions", 1, 3, 0, "-"),
    "vtt/webvttpy_cue_tags.vtt": Read("captions", 1, 3, 0, "When"),
    "vtt/webvttpy_missing_caption_text.vtt": Read("captions", 1, 4, 0, "Captio"),
    "vtt/webvttpy_using_identifiers.vtt": Read("captions", 1, 6, 0, "Captio"),
    "whatsapp/chatminer_target.json": COLUMNS,
    "whatsapp/chatminer_test_[mmddyy]_24hrs.txt": Read("whatsapp", 1, 9, 5, "Lorem"),
    "whatsapp/chatminer_test_ddmmyy_24hrs.txt": Read("whatsapp", 1, 9, 5, "Lorem"),
    "whatsapp/chatminer_test_mmddyyyy_12hrs.txt": Read("whatsapp", 1, 9, 5, "Lorem"),
    "whisper/openai_meanwhile.json": COLUMNS,
}
REPLIES_WITH_HEADERS = 6
"""Of the texts in `email-replies`, those that begin with the headers of a mail."""
FILES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file())


def read(name: str) -> tuple[list[Transcript], list[InputError], list[str]]:
    problems: list[InputError] = []
    kinds: list[str] = []
    told = read_transcripts(SAMPLES / name, on_error=problems.append, on_file=lambda _, kind: kinds.append(kind))
    return list(told), problems, kinds


@pytest.mark.parametrize("name", FILES)
def test_each_sample_is_read_or_refused_with_its_name(name: str) -> None:
    transcripts, problems, _ = read(name)
    assert bool(transcripts) != bool(problems)
    for transcript in transcripts:
        assert transcript.turns
        assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
    for problem in problems:
        assert isinstance(problem, (UnsupportedFormat, MalformedInput))
        assert str(problem).startswith(str(SAMPLES / name))


@pytest.mark.parametrize("name", [name for name in EXPECTED if name in FILES])
def test_each_sample_is_read_as_what_it_is(name: str) -> None:
    transcripts, problems, kinds = read(name)
    expected = EXPECTED[name]
    if isinstance(expected, str):
        assert transcripts == []
        assert expected in str(problems[0])
        return
    first = transcripts[0]
    speakers = {turn.speaker for turn in first.turns if turn.speaker}
    begins = first.turns[0].text.lstrip('"')[: len(expected.begins)]
    assert Read(kinds[0], len(transcripts), len(first.turns), len(speakers), begins) == expected
    assert problems == []


@pytest.mark.skipif(not FILES, reason="the public samples are not here")
def test_texts_of_mails_without_headers_are_nobodys() -> None:
    kinds = [read(name)[2] for name in FILES if name.startswith("email-replies/")]
    assert sum(bool(each) for each in kinds) == REPLIES_WITH_HEADERS
    assert {kind for each in kinds for kind in each} == {"email"}
