"""How an adapter is trained."""

from typing import Literal

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class TrainSettings(StepSettings):
    """Defaults are those of an 8B-class model; the catalogue's rows recommend others where they were measured.

    max_steps above 0 takes the place of num_train_epochs; the rate's warm-up and fall span it.
    early_stopping_patience counts epochs without a better validation loss; the best weights are restored. 0 turns both
    off. k_folds > 1 chooses the number of epochs by cross-validation and then trains on all samples.
    """

    num_train_epochs: int = Field(default=2, ge=1, le=1000, description="How often every sample is learned from.")
    max_steps: int = Field(
        default=0,
        ge=0,
        description="Training ends after so many steps, however many epochs those are; 0: after num_train_epochs.",
    )
    per_device_train_batch_size: int = Field(
        default=1, ge=1, description="Rows computed at once. More is faster on a GPU and takes more memory."
    )
    gradient_accumulation_steps: int = Field(
        default=8, ge=1, description="Batches that make one step; the loss is a mean over all of its learned tokens."
    )
    learning_rate: float = Field(
        default=1e-4, gt=0, lt=1, description="Highest rate of AdamW, reached after the warm-up; then a cosine to 0."
    )
    warmup_ratio: float = Field(default=0.1, ge=0, lt=1, description="Share of the steps in which the rate rises.")
    weight_decay: float = Field(default=0.0, ge=0, description="AdamW's decoupled weight decay of the adapter.")
    max_grad_norm: float = Field(default=1.0, gt=0, description="A longer gradient is scaled down to this norm.")
    lora_r: int = Field(default=16, ge=1, description="Rank of the adapter's matrices, on all linear layers.")
    lora_alpha: int = Field(
        default=32, ge=1, description="Scale of the adapter: its product is times lora_alpha/lora_r."
    )
    lora_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="Share of the adapter's inputs dropped in training."
    )
    max_length: int = Field(
        default=2048,
        ge=16,
        description="Most tokens of a row. Excerpts give way; a longer sample is an error, never cut.",
    )
    validation_share: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="Share of the samples held out for the validation loss; none of fewer than 8 samples.",
    )
    k_folds: int = Field(
        default=0, ge=0, description="Above 1: choose the epochs by cross-validation, then train on all samples."
    )
    early_stopping_patience: int = Field(
        default=3,
        ge=0,
        description="Epochs without a better validation loss before training ends with the best weights. 0: never, the "
        "last weights count.",
    )
    gradient_checkpointing: bool | Literal["auto"] = Field(
        default="auto",
        description="Recompute activations instead of keeping them; auto: where a GPU has under 12 GiB free.",
    )
    seed: int = Field(
        default=0, ge=0, le=2**32 - 1, description="Decides data order, held-out samples, first weights and sampling."
    )
