"""The commands by section: each parses its arguments, makes one library call and prints."""

from spobet.commands.answers import calibrate, enrol, models, predict, spot
from spobet.commands.clips import convert, show
from spobet.commands.data import audit, import_, info, split, synthesize
from spobet.commands.evaluation import compare, evaluate, reconstruct, report, rollout
from spobet.commands.export import export, push
from spobet.commands.lexicon import lexicon
from spobet.commands.practice import practice
from spobet.commands.references import references
from spobet.commands.serving import serve
from spobet.commands.sweep import sweep
from spobet.commands.training import demo, pretrain, train
from spobet.commands.video import extract, live, wlasl

SECTIONS = {
    "Recognition": (predict, spot, practice, enrol, calibrate, models),
    "Data": (import_, extract, wlasl, lexicon, synthesize, info, audit, split, convert, show),
    "Training": (demo, pretrain, train, sweep),
    "Evaluation": (evaluate, report, compare, rollout, reconstruct),
    "Apps": (export, push, serve, references, live),
}
