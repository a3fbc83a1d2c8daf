"""How course notes get into the prompt."""

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class NotesSettings(StepSettings):
    """notes_k excerpts within notes_words words; distractor_share of the training samples get unrelated excerpts only."""

    use_notes: bool = True
    notes_k: int = Field(default=3, ge=1, le=20)
    notes_words: int = Field(default=330, ge=40, le=4000)
    distractor_share: float = Field(default=0.1, ge=0.0, le=1.0)
