"""Symbols of the formula key points of the extended electromagnetics benchmark, and how the right side is read."""

import re
from collections.abc import Callable

import sympy as sp
from content_tools import parsed

Derivation = Callable[[], sp.Expr]

NAMES = """
    A A_1 A_2 B B_0 C D E E_0 E_i E_n F G H H_t I I_1 I_2 L M N P Q R R_loss R_r R_s S T V V_0 Z_0 Z_L Z_TE Z_oc
    Z_sc a b beta c d delta delta_c e epsilon epsilon_0 epsilon_r epsilon_r1 epsilon_r2 eta eta_0 eta_1 eta_2 eta_r f
    f_c h k l lambda_ m mu mu_0 mu_e mu_r n_1 n_2 omega q r r_a r_b rho rho_l rho_s s S_av sigma t theta theta_1 theta_2
    v w x y z
"""
S = {name: sp.Symbol(name, positive=True) for name in NAMES.split()}
EPS0, EPSR, MU0, MUR = (S[name] for name in ("epsilon_0", "epsilon_r", "mu_0", "mu_r"))


def read(formula: str) -> sp.Expr:
    """Read the right side of a key point; `lambda` is a word of Python and `j` the imaginary unit."""
    text = re.sub(r"\blambda\b", "lambda_", formula)
    return parsed(text, {**S, "j": sp.I})
