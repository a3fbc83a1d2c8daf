"""How course notes get into the prompt."""

from typing import Literal

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class NotesSettings(StepSettings):
    """notes_k excerpts within notes_words words; distractor_share of the training samples get unrelated ones only."""

    use_notes: bool = Field(
        default=True, description="Put excerpts of the stage's notes into every prompt, in training and in answering."
    )
    notes_k: int = Field(default=3, ge=1, le=20, description="Most excerpts in one prompt.")
    notes_words: int = Field(
        default=330,
        ge=40,
        le=4000,
        description="Most words of excerpts in one prompt; five Chinese characters count as three words.",
    )
    dense_model: str = Field(
        default="",
        description="A sentence-transformers model (name or folder) whose ranking by meaning joins that by words;"
        " needs the extra `dense`. Empty: words alone.",
    )
    distractor_share: float = Field(
        default=0.1,
        ge=0.0,
        le=1.0,
        description="Share of training samples that see only unrelated excerpts, to learn not to trust wrong notes.",
    )
    quote_words: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Answers open with the first passages of their excerpts, word for word and with their numbers, up "
        "to so many words; 0: with none. What a small model says of a formula is often wrong, what it quotes is not.",
    )
    calculations: bool = Field(
        default=True,
        description="Calculate what a question asks for where its values and the notes' relations give it, and let the "
        "answer open with the result; needs evidence=auto.",
    )
    evidence: Literal["auto", "line", "off"] = Field(
        default="auto",
        description="Judge whether the question can be answered, where there are notes and samples to judge by. line: "
        "tell the tutor after the notes; auto: and let its answer begin accordingly, where it has sections.",
    )
