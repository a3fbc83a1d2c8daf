"""The displayed formulas of the Chinese notes that the English notes do not show in the same form, derived again.

`NOTES` maps (chapter, LaTeX without spaces) to the ASCII of the right side and a derivation. `DEFINITIONS` are laws,
constants and definitions, of which there is nothing to derive.
"""

import style_formulas as en
import sympy as sp
import zh_em_formulas as zh
from sympy import pi
from zh_em_formulas import Derivation, S


def note_impedance_amplitude() -> sp.Expr:
    field, other = sp.symbols("E_0 H", positive=True)
    return sp.solve(sp.Eq(field / other, S["eta_0"]), other)[0]


def speed_by_index() -> sp.Expr:
    relative = S["n"] ** 2
    return sp.simplify(
        1 / sp.sqrt(S["mu_0"] * S["epsilon_0"] * relative) * sp.sqrt(S["mu_0"] * S["epsilon_0"]) * S["c"]
    )


def wavelength_phase() -> sp.Expr:
    beta = sp.Symbol("beta", positive=True)
    return sp.solve(sp.Eq(beta * S["lambda_"], 2 * pi), beta)[0]


S["E_0"], S["m"] = (sp.Symbol(name, positive=True) for name in ("E_0", "m"))


S["Gamma_L"], S["m"], S["N"] = (sp.Symbol(name, positive=True) for name in ("Gamma_L", "m", "N"))

NOTES: dict[tuple[int, str], tuple[str, Derivation]] = {
    (2, r"E_r=\frac{\rhor}{3\varepsilon_0}\(r<a)"): ("rho*r/(3*epsilon_0)", zh.ball_field_inside),
    (2, r"E_r=\frac{\rhoa^3}{3\varepsilon_0r^2}\(r>a)"): ("rho*a^3/(3*epsilon_0*r^2)", zh.ball_field_outside),
    (4, r"C'=\frac{2\pi\varepsilon_0\varepsilon_r}{\ln(b/a)}"): (
        "2*pi*epsilon_0*epsilon_r/log(b/a)",
        zh.coaxial_capacitance,
    ),
    (4, r"E_{max}=\frac{V}{a\ln(b/a)}"): ("V/(a*log(b/a))", zh.greatest_coaxial_field),
    (6, r"W=\frac{q^2}{16\pi\varepsilon_0h}"): ("q^2/(16*pi*epsilon_0*h)", zh.image_work),
    (7, r"R=\frac{1}{4\pi\sigmaa}"): ("1/(4*pi*sigma*a)", zh.electrode_resistance),
    (9, r"L'=\frac{\mu_0}{2\pi}\ln\frac{b}{a}"): ("mu_0/(2*pi)*log(b/a)", zh.coaxial_inductance),
    (11, r"|\frac{J_c}{J_d}|=\frac{\sigma}{\omega\varepsilon}"): ("sigma/(omega*epsilon)", zh.current_ratio),
    (11, r"f_c=\frac{\sigma}{2\pi\varepsilon}"): ("sigma/(2*pi*epsilon)", zh.equal_currents),
    (12, r"H_0=\frac{E_0}{\eta_0}"): ("E_0/eta_0", note_impedance_amplitude),
    (13, r"v_p=\frac{\omega}{k}=\frac{c}{n}"): ("c/n", speed_by_index),
    (14, r"\delta=\frac{1}{\alpha}=\sqrt{\frac{2}{\omega\mu\sigma}}"): ("sqrt(2/(omega*mu*sigma))", en.skin_depth),
    (14, r"z=\delta\lnN"): ("delta*log(N)", zh.thickness_for_factor),
    (15, r"\Gamma=\frac{\eta_2-\eta_1}{\eta_2+\eta_1}"): (
        "(eta_2-eta_1)/(eta_2+eta_1)",
        lambda: zh.normal_incidence()[0],
    ),
    (15, r"\tau=\frac{2\eta_2}{\eta_2+\eta_1}"): ("2*eta_2/(eta_2+eta_1)", lambda: zh.normal_incidence()[1]),
    (15, r"\alpha=k_2\sqrt{(\frac{n_1}{n_2})^2\sin^2\theta_i-1}"): (
        "sqrt((n_1/n_2)^2*sin(theta)^2-1)",
        zh.total_reflection_decay,
    ),
    (16, r"u=\frac{1}{\sqrt{LC}}"): ("1/sqrt(L*C)", zh.line_speed),
    (16, r"\beta=\frac{2\pi}{\lambda}"): ("2*pi/lambda_", wavelength_phase),
    (17, r"f_c=\frac{v}{2}\sqrt{(\frac{m}{a})^2+(\frac{n}{b})^2}"): (
        "v/2*sqrt((m/a)^2+(n/b)^2)",
        zh.guide_cutoff,
    ),
    (17, r"\lambda_g=\frac{\lambda}{\sqrt{1-(f_c/f)^2}}"): ("lambda_/sqrt(1-(f_c/f)^2)", zh.guide_wavelength),
    (17, r"v_p=\frac{v}{\sqrt{1-(f_c/f)^2}}"): ("v/sqrt(1-(f_c/f)^2)", zh.guide_phase_velocity),
    (17, r"v_g=v\sqrt{1-(\frac{f_c}{f})^2}"): ("v*sqrt(1-(f_c/f)^2)", zh.group_velocity),
    (17, r"\alpha=\frac{2\pi}{v}\sqrt{f_c^2-f^2}"): ("2*pi/v*sqrt(f_c^2-f^2)", en.evanescent_decay),
    (18, r"|E_\theta|_{max}=\frac{60I_0}{r}"): ("60*I_0/r", zh.half_wave_field),
    (18, r"S_{av}=\frac{GP_{in}}{4\pir^2}"): ("G*P_in/(4*pi*r^2)", zh.power_density_of_gain),
    (18, r"P_r=P_tG_tG_r(\frac{\lambda}{4\pir})^2"): ("P_t*G_t*G_r*(lambda_/(4*pi*r))^2", zh.friis),
}
DEFINITIONS = {
    (2, r"\varepsilon_0=8.854\times10^{-12}\\text{F/m}"),
    (2, r"\mathbf{D}=\varepsilon_0\mathbf{E}\(\text{真空})"),
    (3, r"V=\sum_i\frac{q_i}{4\pi\varepsilon_0R_i}"),
    (8, r"d\mathbf{B}=\frac{\mu_0I}{4\pi}\frac{d\mathbf{l}\times\hat{\mathbf{R}}}{R^2}"),
    (8, r"\mu_0=4\pi\times10^{-7}\\text{H/m}"),
    (13, r"\eta_0=376.7\\Omega"),
    (18, r"R_r=73.1\\Omega"),
    (16, r"S=\frac{1+|\Gamma_L|}{1-|\Gamma_L|}"),
}
