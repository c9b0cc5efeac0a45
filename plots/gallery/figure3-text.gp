# figure3-text: Figure 3, text
# slim 0.1.0, commit 6fe44d4f6ace, GNU 12.2.0, flags -march=native -Wno-maybe-uninitialized -O1 -DNDEBUG -O3, on AMD EPYC × 2, 2026-11-25T22:02:35Z
# Run `gnuplot figure3-text.gp` in this folder: draws figure3-text.svg, .png and .pdf from figure3-text.tsv.
set encoding utf8
set datafile separator tab

set terminal svg size 760, 620 dynamic rounded background '#ffffff' font 'sans-serif,13'
set output 'figure3-text.svg'
unset label
unset object
unset arrow
set multiplot
set label 1 'Figure 3, text' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 2 seeds' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'TRAINING: SUPPORTED, 2.175 in [1.898, 2.175]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.44
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel '' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 1 using 3:5:6 with filledcurves fillcolor rgb '#f6d5c2' fillstyle solid 1 noborder title 'full, all seeds' noenhanced, \
     'figure3-text.tsv' index 2 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full, mean' noenhanced, \
     'figure3-text.tsv' index 3 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 title 'C = 128' noenhanced, \
     'figure3-text.tsv' index 4 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 title 'C = 64' noenhanced, \
     'figure3-text.tsv' index 5 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 title 'full, then C = 128' noenhanced, \
     'figure3-text.tsv' index 6 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 title 'full, then C = 64' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.09
set tmargin at screen 0.37
set xrange [0:4000]
set yrange [1e-08:0.1]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'loss difference to full' noenhanced offset 0.6, 0
set logscale y 10
set format y '10^{{%T}}'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 7 using 3:5:6 with filledcurves fillcolor rgb '#d9d9d9' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 8 using 3:5:6 with filledcurves fillcolor rgb '#a6a6a6' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 9 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 notitle, \
     'figure3-text.tsv' index 10 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 11 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 12 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 notitle
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.75
set rmargin at screen 0.975
set bmargin at screen 0.09
set tmargin at screen 0.78
set xrange [0:8141.904062500001]
set yrange [0:5]
set xlabel 'peak memory, KiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2000
unset ytics
set object rectangle from 0, 4.12 to 4396, 4.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 4.12 to 7828.75390625, 4.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full' at 0, 4.7 left noenhanced font ',10'
set object rectangle from 0, 3.12 to 4396, 3.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 3.12 to 6218.25390625, 3.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 128' at 0, 3.7 left noenhanced font ',10'
set object rectangle from 0, 2.12 to 4396, 2.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 2.12 to 5413.00390625, 2.52 fillcolor rgb '#009E73' fillstyle solid 1 noborder
set label 'C = 64' at 0, 2.7 left noenhanced font ',10'
set object rectangle from 0, 1.12 to 4396, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 1.12 to 6218.25390625, 1.52 fillcolor rgb '#CC79A7' fillstyle solid 1 noborder
set label 'full, then C = 128' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4396, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 0.12 to 5413.00390625, 0.52 fillcolor rgb '#000000' fillstyle solid 1 noborder
set label 'full, then C = 64' at 0, 0.7 left noenhanced font ',10'
plot 'figure3-text.tsv' index 13 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output

set terminal pngcairo size 1520, 1240 rounded background '#ffffff' font 'sans-serif,13' fontscale 1.5 linewidth 2 pointscale 2
set output 'figure3-text.png'
unset label
unset object
unset arrow
set multiplot
set label 1 'Figure 3, text' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 2 seeds' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'TRAINING: SUPPORTED, 2.175 in [1.898, 2.175]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.44
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel '' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 1 using 3:5:6 with filledcurves fillcolor rgb '#f6d5c2' fillstyle solid 1 noborder title 'full, all seeds' noenhanced, \
     'figure3-text.tsv' index 2 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full, mean' noenhanced, \
     'figure3-text.tsv' index 3 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 title 'C = 128' noenhanced, \
     'figure3-text.tsv' index 4 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 title 'C = 64' noenhanced, \
     'figure3-text.tsv' index 5 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 title 'full, then C = 128' noenhanced, \
     'figure3-text.tsv' index 6 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 title 'full, then C = 64' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.09
set tmargin at screen 0.37
set xrange [0:4000]
set yrange [1e-08:0.1]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'loss difference to full' noenhanced offset 0.6, 0
set logscale y 10
set format y '10^{{%T}}'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 7 using 3:5:6 with filledcurves fillcolor rgb '#d9d9d9' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 8 using 3:5:6 with filledcurves fillcolor rgb '#a6a6a6' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 9 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 notitle, \
     'figure3-text.tsv' index 10 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 11 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 12 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 notitle
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.75
set rmargin at screen 0.975
set bmargin at screen 0.09
set tmargin at screen 0.78
set xrange [0:8141.904062500001]
set yrange [0:5]
set xlabel 'peak memory, KiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2000
unset ytics
set object rectangle from 0, 4.12 to 4396, 4.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 4.12 to 7828.75390625, 4.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full' at 0, 4.7 left noenhanced font ',10'
set object rectangle from 0, 3.12 to 4396, 3.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 3.12 to 6218.25390625, 3.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 128' at 0, 3.7 left noenhanced font ',10'
set object rectangle from 0, 2.12 to 4396, 2.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 2.12 to 5413.00390625, 2.52 fillcolor rgb '#009E73' fillstyle solid 1 noborder
set label 'C = 64' at 0, 2.7 left noenhanced font ',10'
set object rectangle from 0, 1.12 to 4396, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 1.12 to 6218.25390625, 1.52 fillcolor rgb '#CC79A7' fillstyle solid 1 noborder
set label 'full, then C = 128' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4396, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 0.12 to 5413.00390625, 0.52 fillcolor rgb '#000000' fillstyle solid 1 noborder
set label 'full, then C = 64' at 0, 0.7 left noenhanced font ',10'
plot 'figure3-text.tsv' index 13 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output

set terminal pdfcairo size 7.6in, 6.2in rounded font 'sans-serif,13' fontscale 0.55 linewidth 1.4 pointscale 1
set output 'figure3-text.pdf'
unset label
unset object
unset arrow
set multiplot
set label 1 'Figure 3, text' at screen 0.025, 0.962 left noenhanced font ',16'
set label 2 'recovered/blocked, d_model 128, 2 layers, 4 heads, L = 256, batch 1, 4000 steps, 2 seeds' at screen 0.025, 0.922 left noenhanced font ',10' textcolor rgb '#555555'
set label 10 'TRAINING: SUPPORTED, 2.175 in [1.898, 2.175]' at screen 0.975, 0.966 right noenhanced font ',10' textcolor rgb '#00664a'
set border 0
unset tics
unset key
set xrange [0:1]
set yrange [0:1]
unset logscale
set xlabel
set ylabel
plot 2 notitle
set tics nomirror scale 0.6 font ',11'
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.44
set tmargin at screen 0.78
set xrange [0:4000]
set yrange [2:5]
set xlabel '' noenhanced offset 0, 0.3
set ylabel 'bits a byte' noenhanced offset 0.6, 0
set format y '%g'
set key at screen 0.09, 0.792 left bottom maxrows 3 Left reverse samplen 3 spacing 1.1 font ',11'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 1 using 3:5:6 with filledcurves fillcolor rgb '#f6d5c2' fillstyle solid 1 noborder title 'full, all seeds' noenhanced, \
     'figure3-text.tsv' index 2 using 3:4 with lines linecolor rgb '#D55E00' dashtype solid linewidth 4.5 title 'full, mean' noenhanced, \
     'figure3-text.tsv' index 3 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 title 'C = 128' noenhanced, \
     'figure3-text.tsv' index 4 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 title 'C = 64' noenhanced, \
     'figure3-text.tsv' index 5 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 title 'full, then C = 128' noenhanced, \
     'figure3-text.tsv' index 6 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 title 'full, then C = 64' noenhanced
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.09
set rmargin at screen 0.7
set bmargin at screen 0.09
set tmargin at screen 0.37
set xrange [0:4000]
set yrange [1e-08:0.1]
set xlabel 'step' noenhanced offset 0, 0.3
set ylabel 'loss difference to full' noenhanced offset 0.6, 0
set logscale y 10
set format y '10^{{%T}}'
set border 3
set xtics nomirror autofreq
set ytics nomirror
plot 'figure3-text.tsv' index 7 using 3:5:6 with filledcurves fillcolor rgb '#d9d9d9' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 8 using 3:5:6 with filledcurves fillcolor rgb '#a6a6a6' fillstyle solid 1 noborder notitle, \
     'figure3-text.tsv' index 9 using 3:4 with lines linecolor rgb '#0072B2' dashtype solid linewidth 1.6 notitle, \
     'figure3-text.tsv' index 10 using 3:4 with lines linecolor rgb '#009E73' dashtype '-' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 11 using 3:4 with lines linecolor rgb '#CC79A7' dashtype '-.' linewidth 1.6 notitle, \
     'figure3-text.tsv' index 12 using 3:4 with lines linecolor rgb '#000000' dashtype '.' linewidth 1.6 notitle
unset object
unset arrow
unset label
unset key
unset logscale
set lmargin at screen 0.75
set rmargin at screen 0.975
set bmargin at screen 0.09
set tmargin at screen 0.78
set xrange [0:8141.904062500001]
set yrange [0:5]
set xlabel 'peak memory, KiB' noenhanced offset 0, 0.3
set ylabel '' noenhanced offset 0.6, 0
set format y '%g'
set border 1
set xtics nomirror 2000
unset ytics
set object rectangle from 0, 4.12 to 4396, 4.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 4.12 to 7828.75390625, 4.52 fillcolor rgb '#D55E00' fillstyle solid 1 noborder
set label 'full' at 0, 4.7 left noenhanced font ',10'
set object rectangle from 0, 3.12 to 4396, 3.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 3.12 to 6218.25390625, 3.52 fillcolor rgb '#0072B2' fillstyle solid 1 noborder
set label 'C = 128' at 0, 3.7 left noenhanced font ',10'
set object rectangle from 0, 2.12 to 4396, 2.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 2.12 to 5413.00390625, 2.52 fillcolor rgb '#009E73' fillstyle solid 1 noborder
set label 'C = 64' at 0, 2.7 left noenhanced font ',10'
set object rectangle from 0, 1.12 to 4396, 1.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 1.12 to 6218.25390625, 1.52 fillcolor rgb '#CC79A7' fillstyle solid 1 noborder
set label 'full, then C = 128' at 0, 1.7 left noenhanced font ',10'
set object rectangle from 0, 0.12 to 4396, 0.52 fillcolor rgb '#c4c4c4' fillstyle solid 1 noborder
set object rectangle from 4396, 0.12 to 5413.00390625, 0.52 fillcolor rgb '#000000' fillstyle solid 1 noborder
set label 'full, then C = 64' at 0, 0.7 left noenhanced font ',10'
plot 'figure3-text.tsv' index 13 using 3:4 with points pointtype 0 linecolor rgb '#ffffff' notitle
unset multiplot
set output
