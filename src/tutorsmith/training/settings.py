"""How an adapter is trained."""

from pydantic import Field

from tutorsmith.core.settings import StepSettings


class TrainSettings(StepSettings):
    """Defaults are those of an 8B-class model; the catalogue's rows recommend others where they were measured.

    early_stopping_patience counts epochs without a better validation loss; the best weights are restored. 0 turns both
    off. k_folds > 1 chooses the number of epochs by cross-validation and then trains on all samples.
    """

    num_train_epochs: int = Field(default=2, ge=1, le=1000)
    per_device_train_batch_size: int = Field(default=1, ge=1)
    gradient_accumulation_steps: int = Field(default=8, ge=1)
    learning_rate: float = Field(default=1e-4, gt=0, lt=1)
    warmup_ratio: float = Field(default=0.1, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    lora_r: int = Field(default=16, ge=1)
    lora_alpha: int = Field(default=32, ge=1)
    lora_dropout: float = Field(default=0.0, ge=0, lt=1)
    max_length: int = Field(default=2048, ge=16)
    validation_share: float = Field(default=0.1, ge=0, lt=1)
    k_folds: int = Field(default=0, ge=0)
    early_stopping_patience: int = Field(default=3, ge=0)
    gradient_checkpointing: bool = False
    seed: int = 0
