"""Steps of the Chinese electromagnetics answers that neither the notes nor the tables of formulas hold, and the numbers
beside their formulas: read by a person, and kept here so that none is changed unseen.
"""

STEPS: dict[str, list[str]] = {
    "style-zh-0001": [
        r"(\nabla\times\nabla V)_z=\frac{\partial}{\partial x}\frac{\partial V}{\partial y}"
        r"-\frac{\partial}{\partial y}\frac{\partial V}{\partial x}",
        r"V=x^2y",
    ],
    "style-zh-0004": [
        r"\frac{q}{4\pi\varepsilon_0(d/2)}=\frac{q}{2\pi\varepsilon_0d}",
    ],
    "style-zh-0006": [
        r"E_r=\frac{\rho_l}{2\pi\varepsilon_0\varepsilon_rr}",
        r"V=\frac{\rho_l}{2\pi\varepsilon_0\varepsilon_r}\ln\frac{b}{a}",
    ],
    "style-zh-0008": [
        r"\theta_1=30^\circ",
    ],
    "style-zh-0009": [
        r"r\frac{dV}{dr}=A",
        r"V=-A\ln(b/r)",
        r"-A\ln(b/a)=V_0",
        r"E_r=-\frac{dV}{dr}=\frac{V_0}{r\ln(b/a)}",
    ],
    "style-zh-0011": [
        r"R=\sqrt{z^2+a^2}",
        r"dB=\frac{\mu_0I\,dl}{4\pi(z^2+a^2)}",
    ],
    "style-zh-0012": [
        r"B=\frac{\mu_0\mu_rNI}{l}",
        r"L=\frac{N\Phi}{I}",
    ],
    "style-zh-0014": [
        r"\mathcal{E}=-N\frac{d\Phi}{dt}=NBA\omega\sin\omega t",
    ],
    "style-zh-0017": [
        r"0=\nabla\cdot\mathbf{J}+\nabla\cdot\frac{\partial\mathbf{D}}{\partial t}",
        r"\frac{\partial\rho_v}{\partial t}=0",
    ],
    "style-zh-0018": [
        r"p=\frac{S_{av}}{c}",
    ],
    "style-zh-0019": [
        r"S_{av}=\frac{|E|^2}{2\eta}",
        r"\theta_\eta=45^\circ",
    ],
    "style-zh-0020": [
        r"\omega=6\pi\times10^{8}",
        r"\eta=\frac{\eta_0}{\sqrt{\varepsilon_r}}",
        r"H_0=\frac{E_0}{\eta}",
    ],
    "style-zh-0021": [
        r"E=E_0e^{-z/\delta}",
    ],
    "style-zh-0023": [
        r"k_2=\frac{2\pi n_2}{\lambda_0}",
        r"d=\frac{1}{\alpha}",
    ],
    "style-zh-0026": [
        r"v_p=\frac{c}{\sqrt{1-(f_c/f)^2}}",
        r"\beta^2=\left(\frac{\omega}{c}\right)^2-k_c^2",
        r"2\beta\,d\beta=\frac{2\omega\,d\omega}{c^2}",
        r"v_g=\frac{d\omega}{d\beta}=\frac{c^2\beta}{\omega}",
        r"v_pv_g=c^2",
    ],
    "style-zh-0027": [
        r"S_{av}=\frac{|E_\theta|^2}{2\eta_0}",
    ],
    "style-zh-b-001": [
        r"\mathcal{E}=-\frac{d\Phi}{dt}",
    ],
    "style-zh-b-002": [
        r"D=\frac{Q}{A}",
    ],
    "style-zh-b-003": [
        r"\frac{E_i-E_r}{\eta_1}=\frac{E_t}{\eta_2}",
        r"|\Gamma|^2+|\tau|^2\frac{\eta_1}{\eta_2}=1",
    ],
    "style-zh-b-004": [
        r"\Phi'=\int_a^bB\,dr=\frac{\mu_0I}{2\pi}\ln\frac{b}{a}",
    ],
    "style-zh-b-005": [
        r"\lambda=\frac{c}{f}",
    ],
    "style-zh-b-006": [
        r"J=\frac{I}{4\pi r^2}",
        r"E=\frac{I}{4\pi\sigma r^2}",
        r"V=\frac{I}{4\pi\sigma a}",
    ],
}
SAID: dict[str, list[str]] = {
    "style-zh-0014": ["0.0200 m²", "2 m²"],
    "style-zh-0015": ["10 s"],
    "style-zh-0016": ["36", "3.60 MHz", "90°"],
    "style-zh-0019": ["90°"],
    "style-zh-0020": ["376.7 Ω", "376.7 Ω"],
    "style-zh-0022": ["1.5"],
    "style-zh-0027": ["73.1 Ω"],
    "style-zh-b-003": ["-1"],
    "style-zh-b-004": ["1 m"],
    "style-zh-b-007": ["0.01", "1.24 mm"],
}
"""Numbers in the prose of an answer that neither its question nor a wording in `CLAIMS` gives, in their order."""

NOTE_STEPS: dict[int, list[str]] = {
    1: [
        r"\Phi=4\pi ka^3",
    ],
    6: [
        r"V=A\ln r+B",
        r"E_r=\frac{V_0}{r\ln(b/a)}",
    ],
    7: [
        r"J=I/(4\pi r^2)",
    ],
    9: [
        r"L'C'=\mu_0\varepsilon_0\varepsilon_r",
    ],
    10: [
        r"\omega=2\pi n/60",
    ],
    12: [
        r"S_{av}=\frac{E_0^2}{2\eta_0}",
    ],
    13: [
        r"\varepsilon_r=n^2=(c/v_p)^2",
        r"S_{av}=\frac{E_0^2}{2\eta}",
    ],
    14: [
        r"A_{dB}=8.686\,\alpha z",
    ],
    15: [
        r"S=\frac{1+|\Gamma|}{1-|\Gamma|}",
        r"d=\frac{\lambda_0}{4n_2}",
    ],
    16: [
        r"\gamma=\sqrt{(R+j\omega L)(G+j\omega C)}",
        r"\Gamma_L=0",
        r"\Gamma_L=-1",
        r"\Gamma_L=+1",
    ],
    17: [
        r"f_c=\frac{v}{2a}",
        r"A_{dB}=8.686\,\alpha l",
        r"f_{mnp}=\frac{v}{2}\sqrt{(m/a)^2+(n/b)^2+(p/d)^2}",
    ],
    18: [
        r"R_r=80\pi^2\left(\frac{l}{\lambda}\right)^2",
        r"L_{fs}=20\log_{10}\frac{4\pi r}{\lambda}",
    ],
}
